// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.3.3 (g): the list's signature verifies under the issuer's key.

import type { Certificate, CertificateList } from "../../formats/index.ts";
import type { SignatureVerifier } from "../../kernel/index.ts";
import { crlError } from "../errors.ts";
import { type Strength, signatureFault } from "../signature-fault.ts";

const codes = {
  algorithm: "NAT_CRL_ALGORITHM",
  weak: "NAT_CRL_WEAK",
  signature: "NAT_CRL_SIGNATURE",
} as const;

/** @throws NAT_CRL_ALGORITHM, NAT_CRL_WEAK, NAT_CRL_SIGNATURE, NAT_ALGORITHM_UNKNOWN, NAT_ALGORITHM_KEY */
export async function checkListSignature(
  list: CertificateList,
  issuer: Certificate,
  verifier: SignatureVerifier,
  strength: Strength,
): Promise<void> {
  const fault = await signatureFault(list, issuer.publicKey, verifier, strength);
  if (fault !== undefined) throw crlError(codes[fault], `list of ${list.thisUpdate.toISOString()}`);
}
