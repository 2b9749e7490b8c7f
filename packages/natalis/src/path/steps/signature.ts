// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.1.3 (a)(1): the certificate's signature verifies under the issuer's key.

import { type Certificate, readKeyFacts } from "../../formats/index.ts";
import { type SignatureVerifier, toHex } from "../../kernel/index.ts";
import { costOf, type PathBudget } from "../budget.ts";
import { pathError } from "../errors.ts";
import { type Strength, signatureFault } from "../signature-fault.ts";

export interface SignatureRequest {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly verifier: SignatureVerifier;
  readonly strength: Strength;
  readonly budget: PathBudget;
}

const codes = { algorithm: "NAT_PATH_ALGORITHM", weak: "NAT_PATH_WEAK", signature: "NAT_PATH_SIGNATURE" } as const;

/** @throws NAT_PATH_ALGORITHM, NAT_PATH_WEAK, NAT_PATH_SIGNATURE, NAT_PATH_BUDGET, NAT_ALGORITHM_UNKNOWN, NAT_ALGORITHM_KEY */
export async function checkSignature(request: SignatureRequest): Promise<void> {
  const { certificate, issuer, verifier, strength, budget } = request;
  budget.spend("signatures", costOf(readKeyFacts(issuer.publicKey)));
  const fault = await signatureFault(certificate, issuer.publicKey, verifier, strength);
  if (fault !== undefined) throw pathError(codes[fault], `certificate ${toHex(certificate.serialNumber)}`);
}
