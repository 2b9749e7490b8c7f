// SPDX-License-Identifier: Apache-2.0
// What proves where a device's private key lives (DESIGN 5). Each format of evidence is one verifier behind this port;
// without evidence nothing is proven and custody is 0.

import type { Profile } from "../issue/index.ts";
import type { Awaitable } from "../kernel/index.ts";
import { birthError } from "./errors.ts";

/** Custody 0: the key may be a file; nothing proves more. */
export const unprovenCustody = 0;

/** What evidence must be bound to, so that none made for another key, unit or occasion counts. */
export interface EvidenceBinding {
  /** DER SubjectPublicKeyInfo of the birth key. */
  readonly publicKey: Uint8Array;
  /** 32 bytes that we chose for this birth. */
  readonly nonce: Uint8Array;
  /** SHA-256 of the facts (record fields 3 to 9). */
  readonly factsHash: Uint8Array;
}

/**
 * Guarantee: answers the custody level, 0 to 4, that a statement in this format proves of the bound key, never more;
 * evidence that is malformed, not authentic or bound to something else is refused with a catalogue error.
 */
export interface EvidenceVerifier {
  /** The name that stands in birth records. */
  readonly format: string;
  verify(statement: Uint8Array, binding: EvidenceBinding, at: Date): Awaitable<number>;
}

/** @throws NAT_BIRTH_CUSTODY saying what is asked and what is proven */
export function requireCustody(profile: Profile, custody: number): void {
  if (custody < profile.minimumCustody)
    throw birthError(
      "NAT_BIRTH_CUSTODY",
      `product ${profile.product} asks for custody ${profile.minimumCustody}; the evidence proves ${custody}`,
    );
}
