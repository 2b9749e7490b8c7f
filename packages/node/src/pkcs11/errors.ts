// SPDX-License-Identifier: Apache-2.0
// What goes wrong between us and a PKCS#11 token.

import { errorFactory } from "natalis/kernel";

export const pkcs11Errors = {
  NAT_PKCS11_UNAVAILABLE: "The optional package pkcs11js is not installed here, or does not load.",
  NAT_PKCS11_MODULE: "The PKCS#11 module cannot be loaded or does not start.",
  NAT_PKCS11_TOKEN: "There is not exactly one token with this label.",
  NAT_PKCS11_PIN: "The token does not accept the PIN.",
  NAT_PKCS11_KEY: "There is not exactly one usable key pair with this label in the token.",
  NAT_PKCS11_LABEL: "The label cannot name a new object in the token.",
  NAT_PKCS11_ALGORITHM: "The token has no key or mechanism of this algorithm.",
  NAT_PKCS11_UNDECLARED: "The token does not declare that the key was made inside it and cannot leave it.",
  NAT_PKCS11_URI: "The text is no PKCS#11 URI (RFC 7512) that this program can follow.",
  NAT_PKCS11_AWAY: "The token is away, or nobody is logged in to it.",
  NAT_PKCS11_CLOSED: "The token is closed.",
  NAT_PKCS11_FAILED: "The token refused or failed.",
} as const;

export const pkcs11Error = errorFactory(pkcs11Errors);
