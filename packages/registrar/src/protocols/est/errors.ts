// SPDX-License-Identifier: Apache-2.0
// What the EST door itself refuses; everything else carries the code of the room that refused.

import { errorFactory } from "natalis/kernel";

export const estErrors = {
  NAT_EST_OPERATION: "EST is served here as cacerts, csrattrs and simpleenroll, and nothing else.",
  NAT_EST_LABEL: "The address names no product line, or none that the one who asks may have units born of.",
  NAT_EST_UNIT: "The request's subject does not say which unit asks: one serialNumber, and the model as its OU.",
  NAT_EST_LINK: "The request's challengePassword is not the tls-unique value of this connection (RFC 7030 3.5).",
} as const;

export const estError = errorFactory(estErrors);
