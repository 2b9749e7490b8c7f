// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.1.3 (a)(1): the certificate's signature verifies under the issuer's key.

import type { SignatureVerifier } from "../../kernel/index.ts";
import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";
import { type Strength, signatureFault } from "../signature-fault.ts";

const codes = {
  algorithm: "NAT_PATH_ALGORITHM",
  weak: "NAT_PATH_WEAK",
  signature: "NAT_PATH_SIGNATURE",
} as const;

/** @throws NAT_PATH_ALGORITHM, NAT_PATH_WEAK, NAT_PATH_SIGNATURE, NAT_ALGORITHM_UNKNOWN, NAT_ALGORITHM_KEY */
export async function checkSignature(
  { certificate, label }: PathCertificate,
  issuer: PathCertificate,
  verifier: SignatureVerifier,
  strength: Strength,
): Promise<void> {
  const fault = await signatureFault(certificate, issuer.certificate.publicKey, verifier, strength);
  if (fault !== undefined) throw pathError(codes[fault], label);
}
