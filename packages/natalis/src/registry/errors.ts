// SPDX-License-Identifier: Apache-2.0
// What the registry refuses, with one sentence a code.

import { errorFactory } from "../kernel/index.ts";

export const registryErrors = {
  NAT_REGISTRY_HEAD_MOVED: "Another commit came first: plan again on the new head.",
  NAT_REGISTRY_DUPLICATE:
    "A key, unit, device, serial, statement, operator, token, authority certificate or refusal is registered already.",
  NAT_REGISTRY_QUOTA: "The station has used up the births it may ask for.",
  NAT_REGISTRY_PRODUCT_QUOTA: "As many births of the product line are registered as its profile allows.",
  NAT_REGISTRY_NOT_EXPECTED: "The unit is not in the list of expected units, or is born of it already.",
  NAT_REGISTRY_WINDOW: "The operator's enrolment is not valid at the time of the commit.",
  NAT_REGISTRY_OPERATOR: "The operator is not enrolled, or its enrolment was revoked.",
  NAT_REGISTRY_ADMINISTRATOR: "An administrator is revoked by another one, who is still enrolled then.",
  NAT_REGISTRY_DEVICE: "No device of this id is registered.",
  NAT_REGISTRY_PAGE: "The page is not between 1 and 500 items, or starts at no valid position.",
  NAT_REGISTRY_CRL_NUMBER: "The stored CRL of this shard has the same or a higher number, or reflects a larger log.",
  NAT_REGISTRY_INITIALISED: "The registry has its settings already; they are written once.",
  NAT_REGISTRY_BUSY: "Other writers won every try to commit; try again later.",
  NAT_REGISTRY_FULL: "The disk of the registry is full, and nothing was entered: make room, then ask again.",
  NAT_REGISTRY_ROLLED_BACK:
    "The registry does not extend the newest checkpoint kept outside it: a restored or forked copy.",
  NAT_REGISTRY_EMPTY: "The log has no entry yet.",
  NAT_REGISTRY_DAMAGED: "Stored rows contradict each other: run the audit.",
  NAT_REGISTRY_ENTRY: "The bytes are not a log entry (DESIGN 3.4).",
  NAT_REGISTRY_BODY: "The bytes are not the body of a log entry (DESIGN 3.4).",
  NAT_REGISTRY_LEAF: "The bytes are not a leaf of the state tree (DESIGN 3.4).",
  NAT_REGISTRY_RECEIPT: "The receipt does not prove that this entry is in the log.",
  NAT_REGISTRY_STATE_PROOF: "The state proof does not prove the state of a device.",
  NAT_REGISTRY_STATE_AGE: "The state proof is older than the verifier accepts, or from the future.",
  NAT_REGISTRY_TRUST_FILE: "The trust file is not valid.",
  NAT_REGISTRY_AUDIT_MOVED: "The registry changed while it was audited: audit a snapshot.",
  NAT_LIFECYCLE_REFUSED: "A device in this state does not allow this event.",
  NAT_LIFECYCLE_REASON: "The event cannot have this reason (RFC 5280 section 5.3.1).",
} as const;

export const registryError = errorFactory(registryErrors);
