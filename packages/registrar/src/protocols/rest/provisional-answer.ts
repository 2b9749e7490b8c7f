// SPDX-License-Identifier: Apache-2.0
// The JSON of a birth that a station bore (`provisionalAnswerSchema`), and the door that it comes out of.

import { formatUuid } from "natalis/kernel";
import type { ProvisionalBirth, StationBirths } from "../../service/station/station-births.ts";
import { encodePapers } from "./birth-answer.ts";
import type { BirthDoor } from "./birth-door.ts";
import { provisionalAnswerSchema } from "./schemas.ts";

export function stationDoor(births: StationBirths): BirthDoor<ProvisionalBirth> {
  return {
    births,
    status: ({ kind }) => (kind === "born" ? 201 : 200),
    encode: encodeProvisionalAnswer,
    schema: provisionalAnswerSchema,
  };
}

export function encodeProvisionalAnswer({ deviceId, ...papers }: ProvisionalBirth): string {
  return `{"device":"${formatUuid(deviceId)}","kind":"provisional",${encodePapers(papers)}}`;
}
