// SPDX-License-Identifier: Apache-2.0
// The first of two round trips of a birth with evidence (DESIGN 5): who will ask for the birth says of which unit and
// key, and gets a nonce for it. The facts are fixed here, the time of birth with them, since the evidence is bound to
// their hash; the birth that follows is of this unit and key, by this station, or it is refused.

import type { Profile } from "../issue/index.ts";
import { type Awaitable, type Entropy, equalBytes, type Hash, type NatalisError } from "../kernel/index.ts";
import { type Admission, admit, profileAdmission } from "./admission.ts";
import { birthError } from "./errors.ts";
import type { EvidenceActivation } from "./evidence.ts";
import { type BirthFacts, factsHash } from "./facts.ts";
import type { Principal } from "./principal.ts";
import { factsOfUnit, type UnitToBear } from "./request.ts";

/** What is kept of a birth that was begun, until its evidence comes. */
export interface OpenAttestation {
  /** 16 random bytes. */
  readonly id: Uint8Array;
  /** Id of the principal that began it. */
  readonly station: string;
  /** SHA-256 of the birth key's SubjectPublicKeyInfo. */
  readonly keyHash: Uint8Array;
  /** SHA-256 of the facts (record fields 3 to 9). */
  readonly factsHash: Uint8Array;
  /** Unix seconds: the time of birth in those facts. */
  readonly bornAt: number;
  /** 32 random bytes. */
  readonly nonce: Uint8Array;
  readonly expiresAt: Date;
  readonly activation?: EvidenceActivation;
}

/**
 * Guarantee: `take` hands out each attestation at most once, to the station that began it, whatever processes share the
 * store, and only one that was `put`; what was taken is kept nowhere. A store may forget attestations.
 */
export interface AttestationStore {
  put(attestation: OpenAttestation): Awaitable<void>;
  /** Removes and answers the attestation of this id, expired or not. Another station's stays where it is. */
  take(id: Uint8Array, station: string): Awaitable<OpenAttestation | undefined>;
}

/** The unit that is to be born, and its key. */
export interface AttestationRequest extends UnitToBear {
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

export interface AttestationContext {
  readonly principal: Principal;
  readonly profile: Profile;
  /** Absent: what the profile expects. */
  readonly admission?: Admission;
  readonly at: Date;
  readonly entropy: Entropy;
  readonly hash: Hash;
}

/** How long evidence may take: a TPM may think a minute about a key. */
export const attestationLifetimeSeconds = 600;

const idLength = 16;
const nonceLength = 32;

/**
 * Begins a birth whose evidence is to come. Order: who asks, whether the unit is expected, the form of the facts.
 * @throws NAT_AUTHORIZE_DENIED, NAT_AUTHORIZE_WINDOW, NAT_BIRTH_STATION_PRODUCT, NAT_BIRTH_NOT_ADMITTED,
 * NAT_BIRTH_FACTS
 */
export async function beginAttestation(
  request: AttestationRequest,
  context: AttestationContext,
): Promise<OpenAttestation> {
  const { principal, profile, admission = profileAdmission(profile), at, entropy, hash } = context;
  const unit = { product: profile.product, model: request.model, serial: request.serial };
  await admit(principal, profile, unit, admission, at);
  const facts = factsOfUnit(request, profile, Math.floor(at.getTime() / 1000));
  return {
    id: entropy.bytes(idLength),
    station: principal.id,
    keyHash: hash.sha256(request.publicKey),
    factsHash: factsHash(facts, hash),
    bornAt: facts.bornAt,
    nonce: entropy.bytes(nonceLength),
    expiresAt: new Date(at.getTime() + attestationLifetimeSeconds * 1000),
  };
}

/** The birth is the one that was begun. @throws NAT_BIRTH_ATTESTATION */
export function requireBegun(
  attestation: OpenAttestation,
  { facts, publicKey }: { readonly facts: BirthFacts; readonly publicKey: Uint8Array },
  { principal, at, hash }: Pick<AttestationContext, "principal" | "at" | "hash">,
): void {
  const { station, expiresAt } = attestation;
  if (station !== principal.id) throw refused("it was begun by another station");
  if (!(at.getTime() < expiresAt.getTime())) throw refused(`it expired at ${expiresAt.toISOString()}`);
  if (!equalBytes(attestation.keyHash, hash.sha256(publicKey))) throw refused("it was begun for another key");
  if (!equalBytes(attestation.factsHash, factsHash(facts, hash))) throw refused("it was begun for another unit");
}

/** Of an attestation that its store does not have for this station. */
export function attestationGone(): NatalisError {
  return refused("it was never begun by this station, or has been used");
}

function refused(why: string): NatalisError {
  return birthError("NAT_BIRTH_ATTESTATION", why);
}
