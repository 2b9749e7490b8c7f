// SPDX-License-Identifier: Apache-2.0
// RFC 5280 6.1.3 (a)(1): the certificate's signature verifies under the issuer's key.

import type { Certificate } from "../../formats/index.ts";
import { toHex } from "../../kernel/index.ts";
import { pathError } from "../errors.ts";
import { paidSignatureFault, type SignatureContext } from "../paid-signature.ts";

const codes = { algorithm: "NAT_PATH_ALGORITHM", weak: "NAT_PATH_WEAK", signature: "NAT_PATH_SIGNATURE" } as const;

/** @throws NAT_PATH_ALGORITHM, NAT_PATH_WEAK, NAT_PATH_SIGNATURE, NAT_PATH_BUDGET, NAT_ALGORITHM_UNKNOWN, NAT_ALGORITHM_KEY */
export async function checkSignature(
  certificate: Certificate,
  issuer: Certificate,
  context: SignatureContext,
): Promise<void> {
  const fault = await paidSignatureFault(certificate, issuer, context);
  if (fault !== undefined) throw pathError(codes[fault], `certificate ${toHex(certificate.serialNumber)}`);
}
