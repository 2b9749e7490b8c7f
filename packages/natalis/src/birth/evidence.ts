// SPDX-License-Identifier: Apache-2.0
// What proves where a device's private key lives (DESIGN 5). Each format of evidence is one verifier behind this port;
// without evidence nothing is proven and custody is 0.

import type { Profile } from "../issue/index.ts";
import { type Awaitable, equalBytes, type Hash } from "../kernel/index.ts";
import { birthError } from "./errors.ts";
import type { EvidenceReference } from "./record.ts";

/** Custody 0: the key may be a file; nothing proves more. */
export const unprovenCustody = 0;

/** Custody 1: the device's own word. */
export const declaredCustody = 1;

/** One statement about the birth key, as the device sends it. */
export interface EvidenceStatement {
  readonly format: string;
  readonly statement: Uint8Array;
}

/** What evidence must be bound to, so that none made for another key, unit or occasion counts. */
export interface EvidenceBinding {
  /** DER SubjectPublicKeyInfo of the birth key. */
  readonly publicKey: Uint8Array;
  /** 32 bytes that we chose for this birth. Absent, where we chose none: then no more than custody 1 is proven. */
  readonly nonce?: Uint8Array;
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

export interface EvidenceContext {
  /** One a format; a format that is not here is refused. */
  readonly verifiers: readonly EvidenceVerifier[];
  readonly at: Date;
  readonly hash: Hash;
}

/** What all evidence together proves, and how the record names it. */
export interface ProvenCustody {
  readonly custody: number;
  readonly evidence: readonly EvidenceReference[];
}

/** A birth comes with a statement or two. */
const maximumStatements = 8;

/**
 * The highest custody that any statement proves; one that proves nothing is refused, not passed over.
 * @throws NAT_BIRTH_EVIDENCE and what the verifiers refuse
 */
export async function proveCustody(
  statements: readonly EvidenceStatement[],
  binding: EvidenceBinding,
  { verifiers, at, hash }: EvidenceContext,
): Promise<ProvenCustody> {
  if (statements.length > maximumStatements)
    throw birthError("NAT_BIRTH_EVIDENCE", `${statements.length} statements, at most ${maximumStatements}`);
  // Evidence that could have been made for another occasion is the device's word at best (DESIGN 5).
  const cap = binding.nonce === undefined ? declaredCustody : Number.POSITIVE_INFINITY;
  const evidence: EvidenceReference[] = [];
  let custody = unprovenCustody;
  for (const { format, statement } of statements) {
    const verifier = verifiers.find((one) => one.format === format);
    if (verifier === undefined)
      throw birthError("NAT_BIRTH_EVIDENCE", `format ${JSON.stringify(format.slice(0, 64))} is not known here`);
    custody = Math.max(custody, Math.min(await verifier.verify(statement, binding, at), cap));
    evidence.push({ format, digest: hash.sha256(statement) });
  }
  return { custody, evidence };
}

/** The digests of a birth's statements, each once: no other birth may bring one of them. */
export function evidenceDigests(evidence: readonly EvidenceReference[]): readonly Uint8Array[] {
  const digests = evidence.map(({ digest }) => digest);
  return digests.filter((digest, i) => digests.findIndex((other) => equalBytes(other, digest)) === i);
}

/** @throws NAT_BIRTH_CUSTODY saying what is asked and what is proven */
export function requireCustody(profile: Profile, custody: number): void {
  if (custody < profile.minimumCustody)
    throw birthError(
      "NAT_BIRTH_CUSTODY",
      `product ${profile.product} asks for custody ${profile.minimumCustody}; the evidence proves ${custody}`,
    );
}
