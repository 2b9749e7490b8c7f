// SPDX-License-Identifier: Apache-2.0
// What authentication refuses: step 1 (identity and status), step 2 (challenge and answer).

import { errorFactory } from "../kernel/index.ts";

export const authenticateErrors = {
  NAT_AUTHENTICATE_EVIDENCE: "More evidence was presented than one authentication may bring.",
  NAT_AUTHENTICATE_CERTIFICATE: "The certificate that the answer names is not among those presented.",
  NAT_AUTHENTICATE_IDENTITY: "The certificate is not a birth certificate that names one device.",
  NAT_AUTHENTICATE_PROVISIONAL:
    "A station issued the certificate, and neither a receipt nor a state proof shows that it was registered.",
  NAT_AUTHENTICATE_STATE_FOREIGN: "The state proof is not about the certificate presented.",
  NAT_AUTHENTICATE_REVOKED: "The certificate of the device, or of an authority above it, is revoked.",
  NAT_AUTHENTICATE_RETIRED: "The device is retired.",
  NAT_AUTHENTICATE_SUSPENDED: "The device is suspended.",
  NAT_AUTHENTICATE_STATUS_UNKNOWN: "Nothing fresh enough says whether the device is still active.",
  NAT_AUTHENTICATE_CHALLENGE_UNKNOWN: "The challenge was never issued here, was answered before, or is long past.",
  NAT_AUTHENTICATE_CHALLENGE_EXPIRED: "The challenge was answered too late.",
  NAT_AUTHENTICATE_AUDIENCE: "The challenge or its answer is for another audience.",
  NAT_AUTHENTICATE_CHANNEL: "The answer is not bound to the channel that the verifier requires.",
  NAT_AUTHENTICATE_ANSWER: "The answer is not of the form that authentication requires.",
  NAT_AUTHENTICATE_VERDICT: "The verdict is not one that an authentication service may give or a party may rely on.",
  NAT_AUTHENTICATE_VERDICT_EXPIRED: "The verdict is too old to rely on.",
} as const;

export const authenticateError = errorFactory(authenticateErrors);
