// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.3.3 (g): the list's signature verifies under the issuer's key.

import type { Certificate, CertificateList } from "../../formats/index.ts";
import type { SignatureVerifier } from "../../kernel/index.ts";
import { crlError } from "../errors.ts";
import { signatureFault } from "../signature-fault.ts";

/** @throws NAT_CRL_ALGORITHM, NAT_CRL_SIGNATURE, NAT_ALGORITHM_UNKNOWN */
export async function checkListSignature(
  list: CertificateList,
  issuer: Certificate,
  verifier: SignatureVerifier,
): Promise<void> {
  const fault = await signatureFault(list, issuer, verifier);
  if (fault === undefined) return;
  const from = `list of ${list.thisUpdate.toISOString()}`;
  throw crlError(fault === "algorithm" ? "NAT_CRL_ALGORITHM" : "NAT_CRL_SIGNATURE", from);
}
