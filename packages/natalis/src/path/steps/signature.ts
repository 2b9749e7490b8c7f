// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.1.3 (a)(1): the certificate's signature verifies under the issuer's key.

import type { SignatureVerifier } from "../../kernel/index.ts";
import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";
import { signatureFault } from "../signature-fault.ts";

/** @throws NAT_PATH_ALGORITHM, NAT_PATH_SIGNATURE, NAT_ALGORITHM_UNKNOWN */
export async function checkSignature(
  { certificate, label }: PathCertificate,
  issuer: PathCertificate,
  verifier: SignatureVerifier,
): Promise<void> {
  const fault = await signatureFault(certificate, issuer.certificate, verifier);
  if (fault === undefined) return;
  throw pathError(fault === "algorithm" ? "NAT_PATH_ALGORITHM" : "NAT_PATH_SIGNATURE", label);
}
