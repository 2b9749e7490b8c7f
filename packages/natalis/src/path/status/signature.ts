// SPDX-License-Identifier: Apache-2.0
// Signatures of evidence, each paid for from the budget.

import { type Certificate, readKeyFacts } from "../../formats/index.ts";
import { costOf } from "../budget.ts";
import { type SignedStructure, signatureFault } from "../signature-fault.ts";
import type { StatusQuestion } from "./question.ts";

export type SignatureFault = NonNullable<Awaited<ReturnType<typeof signatureFault>>>;

/** What is wrong with a signature under the signer's key, or undefined. @throws NAT_PATH_BUDGET NAT_ALGORITHM_UNKNOWN */
export function evidenceFault(
  signed: SignedStructure,
  signer: Certificate,
  { verifier, budget, strength = "current" }: StatusQuestion,
): Promise<SignatureFault | undefined> {
  budget.spend("signatures", costOf(readKeyFacts(signer.publicKey)));
  return signatureFault(signed, signer.publicKey, verifier, strength);
}
