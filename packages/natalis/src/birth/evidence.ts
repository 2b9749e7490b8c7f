// SPDX-License-Identifier: Apache-2.0
// What proves where a device's private key lives (DESIGN 5). Each format of evidence is one verifier behind this port;
// without evidence nothing is proven and custody is 0. A profile may name the formats that it accepts, and the roots
// that they may end in.

import type { Profile } from "../issue/index.ts";
import { type Awaitable, equalBytes, type Hash } from "../kernel/index.ts";
import { birthError } from "./errors.ts";
import type { AppraisedStatement } from "./kept-evidence.ts";
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
  /** What was chosen with the nonce, for formats that need more than a nonce. */
  readonly activation?: EvidenceActivation;
}

/** A secret that only one TPM could open, and only for one attestation key (TPM 2.0 Library Part 1, 24). */
export interface EvidenceActivation {
  /** 32 bytes. */
  readonly secret: Uint8Array;
  readonly attestationKeyName: Uint8Array;
  /** SHA-256 of the endorsement key's SubjectPublicKeyInfo. */
  readonly endorsementKeyHash: Uint8Array;
}

/** What a statement proves. */
export interface EvidenceFinding {
  /** 0 to 4. */
  readonly custody: number;
  /** What it ends in. Absent: nobody vouches for it. */
  readonly root?: {
    readonly name: string;
    /** SHA-256 of the DER. */
    readonly hash: Uint8Array;
    /** The root proves less by itself, and a setting let it prove more. */
    readonly capLifted: boolean;
  };
  readonly hardware?: { readonly manufacturer: string; readonly model?: string; readonly firmware?: string };
  /** For people. */
  readonly details?: readonly (readonly [name: string, value: string])[];
}

/**
 * Guarantee: answers what a statement in this format proves of the bound key, never more; evidence that is malformed,
 * not authentic or bound to something else is refused with a catalogue error.
 */
export interface EvidenceVerifier {
  /** The name that stands in birth records. */
  readonly format: string;
  verify(statement: Uint8Array, binding: EvidenceBinding, at: Date): Awaitable<EvidenceFinding>;
}

export interface EvidenceContext {
  /** One a format; a format that is not here is refused. */
  readonly verifiers: readonly EvidenceVerifier[];
  /** What the product line accepts. */
  readonly profile: Pick<Profile, "product" | "evidence">;
  readonly at: Date;
  readonly hash: Hash;
}

/** What all evidence together proves, and how the record names it. */
export interface ProvenCustody {
  readonly custody: number;
  readonly evidence: readonly EvidenceReference[];
  /** The statements with what was found of each. */
  readonly statements: readonly AppraisedStatement[];
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
  context: EvidenceContext,
): Promise<ProvenCustody> {
  if (statements.length > maximumStatements)
    throw birthError("NAT_BIRTH_EVIDENCE", `${statements.length} statements, at most ${maximumStatements}`);
  // Evidence that could have been made for another occasion is the device's word at best (DESIGN 5).
  const cap = binding.nonce === undefined ? declaredCustody : Number.POSITIVE_INFINITY;
  const evidence: EvidenceReference[] = [];
  const appraised: AppraisedStatement[] = [];
  let custody = unprovenCustody;
  for (const { format, statement } of statements) {
    const finding = await findingOf({ format, statement }, binding, context);
    const { root } = finding;
    const proven = Math.min(finding.custody, cap);
    custody = Math.max(custody, proven);
    appraised.push({ format, statement, custody: proven, ...(root && { root }) });
    const isLifted = finding.root?.capLifted === true;
    evidence.push({ format, digest: context.hash.sha256(statement), ...(isLifted && { capLifted: true }) });
  }
  return { custody, evidence, statements: appraised };
}

/** What one statement proves. @throws NAT_BIRTH_EVIDENCE and what the verifier refuses */
async function findingOf(
  { format, statement }: EvidenceStatement,
  binding: EvidenceBinding,
  { verifiers, profile, at }: EvidenceContext,
): Promise<EvidenceFinding> {
  const accepted = profile.evidence?.find((one) => one.format === format);
  if (profile.evidence !== undefined && accepted === undefined)
    throw birthError("NAT_BIRTH_EVIDENCE", `product ${profile.product} accepts no format ${shown(format)}`);
  const verifier = verifiers.find((one) => one.format === format);
  if (verifier === undefined) throw birthError("NAT_BIRTH_EVIDENCE", `format ${shown(format)} is not known here`);
  const finding = await verifier.verify(statement, binding, at);
  const root = finding.root?.name;
  if (accepted?.roots !== undefined && (root === undefined || !accepted.roots.includes(root)))
    throw birthError(
      "NAT_BIRTH_EVIDENCE",
      `product ${profile.product} accepts ${format} of the roots ${accepted.roots.join(", ")}, not of ${root ?? "none"}`,
    );
  return finding;
}

function shown(format: string): string {
  return JSON.stringify(format.slice(0, 64));
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
