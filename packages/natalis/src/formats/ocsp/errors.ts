// SPDX-License-Identifier: Apache-2.0
// What the OCSP codecs refuse beyond malformed DER (RFC 6960, RFC 9654).

import { errorFactory } from "../../kernel/index.ts";

export const ocspFormatErrors = {
  NAT_OCSP_UNSUCCESSFUL: "The responder answered with an error in place of a response (RFC 6960 4.2.1).",
  NAT_OCSP_TYPE: "The response is not of the basic type, the only one that there is (RFC 6960 4.2.1).",
  NAT_OCSP_FORM: "A field of the OCSP message is not what its definition allows (RFC 6960 4, RFC 9654 2.1).",
  NAT_OCSP_LIMIT: "The OCSP message holds more certificates or answers than are read from one message.",
} as const;

export const ocspFormatError = errorFactory(ocspFormatErrors);
