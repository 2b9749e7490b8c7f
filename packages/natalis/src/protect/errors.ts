// SPDX-License-Identifier: Apache-2.0
// Why evidence is refused: one code for each thing that evidence has to prove (DESIGN 5, RFC 9334 section 7).

import { errorFactory } from "../kernel/index.ts";

export const evidenceErrors = {
  NAT_EVIDENCE_MALFORMED: "The evidence is not in the form that its format requires.",
  NAT_EVIDENCE_TYPE: "The evidence is of a type that no format here reads.",
  NAT_EVIDENCE_SIGNATURE: "The signature over the evidence does not verify under the key that it names.",
  NAT_EVIDENCE_CHAIN: "The certificates of the evidence are no valid chain.",
  NAT_EVIDENCE_ROOT: "The evidence ends in no root that is configured for its format.",
  NAT_EVIDENCE_FRESHNESS: "The evidence is not bound to the nonce of this birth, with its key and its facts.",
  NAT_EVIDENCE_KEY: "The evidence is of another key than the birth key.",
  NAT_EVIDENCE_UNIT: "The evidence is of another unit.",
  NAT_EVIDENCE_ATTRIBUTES: "The hardware does not state of the key what its custody asks for.",
  NAT_EVIDENCE_SECURITY_LEVEL: "The evidence was made at a lower level of security than is accepted.",
  NAT_EVIDENCE_BOOT_STATE: "The device did not boot in a state that is accepted.",
  NAT_EVIDENCE_LIFECYCLE: "The device is not in a stage of its life that is accepted.",
  NAT_EVIDENCE_REVOKED:
    "A certificate or key of the evidence is revoked, or a list that was given for it does not tell.",
} as const;

export const evidenceError = errorFactory(evidenceErrors);
