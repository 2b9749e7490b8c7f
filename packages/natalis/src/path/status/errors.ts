// SPDX-License-Identifier: Apache-2.0
// What is concluded from the status of a certificate.

import { errorFactory } from "../../kernel/index.ts";

export const statusErrors = {
  NAT_STATUS_REVOKED: "The certificate is revoked, or on hold (RFC 5280 6.3.3, RFC 6960 2.2).",
  NAT_STATUS_UNKNOWN: "Nothing authentic and current says whether the certificate is revoked.",
  NAT_STATUS_ABSENT: "No revocation list and no OCSP response was given that speaks of the certificate.",
  NAT_STATUS_CIRCLE: "The certificate vouches, through others, for the evidence about itself.",
} as const;

export const statusError = errorFactory(statusErrors);
