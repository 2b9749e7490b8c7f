// SPDX-License-Identifier: Apache-2.0
// What the JOSE room refuses, and why.

import { errorFactory } from "../../kernel/index.ts";

export const joseErrors = {
  NAT_JOSE_FORM: "The value is no JSON Web Signature in the flattened serialization (RFC 7515 section 7.2.2).",
  NAT_JOSE_HEADER: "The header of the signature asks for what is not understood, or is not protected (RFC 7515 4.1).",
  NAT_JOSE_ALGORITHM: "The signature's algorithm is not one that the key allows.",
  NAT_JOSE_SIGNATURE: "The JSON Web Signature is not valid.",
  NAT_JOSE_KEY: "The JSON Web Key is not a public key of the algorithm table (RFC 7517).",
} as const;

export const joseError = errorFactory(joseErrors);
