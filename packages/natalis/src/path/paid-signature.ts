// SPDX-License-Identifier: Apache-2.0
// The signature checks of one validation: each is paid for from its budget, and made once of one structure under one
// certificate, however many paths and questions of status both stand in.

import { type Certificate, readKeyFacts } from "../formats/index.ts";
import type { SignatureVerifier } from "../kernel/index.ts";
import { costOf, hashingOf } from "./budget.ts";
import { type SignatureFault, type SignedStructure, signatureFault, type Strength } from "./signature-fault.ts";

/** Of one validation. */
export interface SignatureContext {
  readonly verifier: SignatureVerifier;
  /** @throws NAT_PATH_BUDGET when too little is left */
  readonly budget: { spend(kind: "signatures", amount: number): void };
  /** By default "current". */
  readonly strength?: Strength | undefined;
}

/** Of one name, where an authority changed its key. */
const usualKeys = 2;

interface Verdict {
  readonly signer: Certificate;
  readonly fault: SignatureFault | undefined;
}

/** What is known of signed structures while a budget is spent. */
const verdicts = new WeakMap<SignatureContext["budget"], Map<SignedStructure, Verdict[]>>();

/**
 * What is wrong with a signature under the signer's key, or undefined. Lists may have many megabytes: to hash one for
 * an authority's key, or for the one before it, is what its reader asked for; for every other key it is paid for.
 * @throws NAT_PATH_BUDGET, NAT_ALGORITHM_UNKNOWN, NAT_ALGORITHM_KEY
 */
export async function paidSignatureFault(
  signed: SignedStructure,
  signer: Certificate,
  { verifier, budget, strength = "current" }: SignatureContext,
): Promise<SignatureFault | undefined> {
  const known = verdictsOn(signed, budget);
  for (const verdict of known) if (verdict.signer === signer) return verdict.fault;
  const hashing = known.length < usualKeys ? 0 : hashingOf(signed.tbs.length);
  budget.spend("signatures", costOf(readKeyFacts(signer.publicKey)) + hashing);
  const fault = await signatureFault(signed, signer.publicKey, verifier, strength);
  known.push({ signer, fault });
  return fault;
}

function verdictsOn(signed: SignedStructure, budget: SignatureContext["budget"]): Verdict[] {
  let all = verdicts.get(budget);
  if (all === undefined) {
    all = new Map();
    verdicts.set(budget, all);
  }
  const known = all.get(signed) ?? [];
  if (known.length === 0) all.set(signed, known);
  return known;
}
