// SPDX-License-Identifier: Apache-2.0
// The signature checks of one validation: each is paid for from its budget, and made once of one structure under one
// certificate, however many paths and questions of status both stand in.

import { type Certificate, readKeyFacts } from "../formats/index.ts";
import type { SignatureVerifier } from "../kernel/index.ts";
import { costOf, hashingOf } from "./budget.ts";
import { type SignatureFault, type SignedStructure, signatureFault, type Strength } from "./signature-fault.ts";

export interface SignatureVerdict {
  readonly signer: Certificate;
  readonly fault: SignatureFault | undefined;
}

export interface SignatureBudget {
  /** @throws NAT_PATH_BUDGET when too little is left */
  spend(kind: "signatures", amount: number): void;
  /** What is known of signed structures since it is spent. */
  readonly verdicts: Map<SignedStructure, SignatureVerdict[]>;
}

/** Of one validation. */
export interface SignatureContext {
  readonly verifier: SignatureVerifier;
  readonly budget: SignatureBudget;
  /** By default "current". */
  readonly strength?: Strength | undefined;
}

/** Of one name, where an authority changed its key. */
const usualKeys = 2;

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
  const known = budget.verdicts.get(signed) ?? [];
  for (const verdict of known) if (verdict.signer === signer) return verdict.fault;
  const hashing = known.length < usualKeys ? 0 : hashingOf(signed.tbs.length);
  budget.spend("signatures", costOf(readKeyFacts(signer.publicKey)) + hashing);
  const fault = await signatureFault(signed, signer.publicKey, verifier, strength);
  budget.verdicts.set(signed, [...known, { signer, fault }]);
  return fault;
}
