// SPDX-License-Identifier: Apache-2.0
// What a birth is refused for, each with one sentence.

import { errorFactory } from "../kernel/index.ts";

export const birthErrors = {
  NAT_AUTHORIZE_DENIED: "The one who asks may not do this.",
  NAT_AUTHORIZE_WINDOW: "The enrolment of the one who asks is not valid now: not yet, or not any more.",
  NAT_BIRTH_STATION_PRODUCT: "The station is not enrolled for this product line.",
  NAT_BIRTH_NOT_ADMITTED: "The unit is not expected to be born.",
  NAT_BIRTH_STATION_WINDOW: "The station bears no unit of this product line at this time.",
  NAT_BIRTH_STATION_PROFILE: "The unit was born under another version of the product line's profile.",
  NAT_BIRTH_STATION_CLAIM:
    "What a station says it has borne is not what its authority, the profile and the request make of it.",
  NAT_BIRTH_FACTS: "The facts of the birth are not acceptable.",
  NAT_BIRTH_ALGORITHM: "The key or the signature of the request is not of an algorithm that the profile allows.",
  NAT_BIRTH_POSSESSION: "The request is not signed by the key that it names.",
  NAT_BIRTH_KEY_REUSED: "A device with this key has been born before.",
  NAT_BIRTH_KEY_AUTHORITY: "The key is an authority's, which no device has.",
  NAT_BIRTH_UNIT_REUSED: "This unit has been born before.",
  NAT_BIRTH_EVIDENCE_REUSED: "A device with this evidence of its key has been born before.",
  NAT_BIRTH_CUSTODY: "The profile asks for a custody of the key that nothing proves.",
  NAT_BIRTH_EVIDENCE:
    "A statement about where the key lives is malformed, not of this key, or of a format or root that is not accepted.",
  NAT_BIRTH_KEPT_EVIDENCE: "The bytes are not evidence as it is kept with a birth.",
  NAT_BIRTH_ATTESTATION: "The evidence is not for an attestation that this birth was begun with.",
  NAT_BIRTH_DOCUMENTS: "Birth record and birth certificate do not speak of the same birth.",
  NAT_BIRTH_RECORD: "The bytes are not a birth record (DESIGN 3.2).",
} as const;

export const birthError = errorFactory(birthErrors);
