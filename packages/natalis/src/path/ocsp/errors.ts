// SPDX-License-Identifier: Apache-2.0
// What the check of OCSP responses refuses (RFC 6960 3.2, 4.2.2.2).

import { errorFactory } from "../../kernel/index.ts";

export const ocspErrors = {
  NAT_OCSP_CERTIFICATE: "The OCSP response is about other certificates (RFC 6960 3.2, 1).",
  NAT_OCSP_NONCE: "The OCSP response does not bring back the nonce that was sent (RFC 9654 2.1).",
  NAT_OCSP_RESPONDER: "The certificate of the responder that the OCSP response names is not given (RFC 6960 3.2, 3).",
  NAT_OCSP_DELEGATION: "The responder was not delegated by the certificate's issuer itself (RFC 6960 4.2.2.2).",
  NAT_OCSP_ALGORITHM: "The OCSP response is signed with another algorithm than its responder's key is for.",
  NAT_OCSP_WEAK: "The OCSP response is signed with an algorithm or a key that is too weak to be believed.",
  NAT_OCSP_SIGNATURE: "The OCSP response's signature does not verify under its responder's key (RFC 6960 3.2, 2).",
  NAT_OCSP_SIGNER: "The responder's certificate does not hold itself (RFC 6960 3.2, 4).",
  NAT_OCSP_EXTENSION: "The OCSP response has a critical extension that is not processed here (RFC 6960 4.4).",
  NAT_OCSP_UNKNOWN: "The responder does not know of the certificate (RFC 6960 2.2).",
  NAT_OCSP_NOT_CURRENT: "The OCSP response is not in its time: too old, or not of that time yet (RFC 6960 3.2, 5, 6).",
} as const;

export const ocspError = errorFactory(ocspErrors);
