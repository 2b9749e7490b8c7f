// SPDX-License-Identifier: Apache-2.0
// What the COSE room refuses, and why.

import { errorFactory } from "../../kernel/index.ts";

export const coseErrors = {
  NAT_COSE_FORM: "The bytes are not a COSE_Sign1 message (RFC 9052 section 4.2).",
  NAT_COSE_HEADER: "A COSE header is malformed, or a label stands in both buckets.",
  NAT_COSE_CRITICAL: "The message requires a header to be understood that is not, or that is absent.",
  NAT_COSE_ALGORITHM: "The message's algorithm is not one that the key allows.",
  NAT_COSE_SIGNATURE: "The COSE signature is not valid.",
  NAT_COSE_KEY: "The COSE_Key is not a public key of the algorithm table.",
} as const;

export const coseError = errorFactory(coseErrors);
