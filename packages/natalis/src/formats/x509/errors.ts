// SPDX-License-Identifier: Apache-2.0
// What the X.509 codecs refuse beyond malformed DER (RFC 5280, RFC 2986).

import { errorFactory } from "../../kernel/index.ts";

export const x509Errors = {
  NAT_X509_VERSION: "The version is not one that exists, or the structure has fields that its version lacks.",
  NAT_X509_SERIAL: "The serial number is not positive or has more than 20 octets (RFC 5280 4.1.2.2).",
  NAT_X509_ALGORITHM: "The signature algorithms inside and outside of the signed part differ (RFC 5280 4.1.1.2).",
  NAT_X509_NAME: "The name is empty where it may not be, or an attribute of it is malformed (RFC 5280 4.1.2.4).",
  NAT_X509_EXTENSIONS: "The list of extensions is empty, too long, or holds the same extension twice (RFC 5280 4.2).",
  NAT_X509_EXTENSION: "The value of an extension is not what its definition allows.",
  NAT_X509_GENERAL_NAME: "The general name is not what its kind allows (RFC 5280 4.2.1.6).",
  NAT_X509_ATTRIBUTE: "An attribute of the certification request is malformed or stands there twice (RFC 2986 4.1).",
  NAT_X509_CSR_ATTRIBUTES: "What a server asks of requests is more than allowed, or asked twice (RFC 9908 3.2, 3.4).",
  NAT_X509_REVOKED: "The list of revoked certificates or an entry of it is malformed (RFC 5280 5.1.2.6).",
} as const;

export const x509Error = errorFactory(x509Errors);
