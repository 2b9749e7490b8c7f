// SPDX-License-Identifier: Apache-2.0
// What the CMS codecs refuse beyond malformed DER (RFC 5652).

import { errorFactory } from "../../kernel/index.ts";

export const cmsErrors = {
  NAT_CMS_CONTENT: "The message is not signed data of the version that certificates alone have (RFC 5652 5.1).",
  NAT_CMS_CERTS_ONLY: "The message holds content, revocation lists or signatures beside certificates (RFC 5272 4.1).",
  NAT_CMS_CERTIFICATES:
    "The message holds no certificate, too many, the same twice, or none of X.509 (RFC 5652 10.2.2).",
} as const;

export const cmsError = errorFactory(cmsErrors);
