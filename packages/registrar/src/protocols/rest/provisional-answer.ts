// SPDX-License-Identifier: Apache-2.0
// The JSON of a birth that a station bore (`provisionalAnswerSchema`), and the door that it comes out of.

import { encodePem } from "natalis/formats";
import { formatUuid, toBase64 } from "natalis/kernel";
import type { ProvisionalBirth, StationBirths } from "../../service/station/station-births.ts";
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

export function encodeProvisionalAnswer({ deviceId, certificate, chain, record }: ProvisionalBirth): string {
  const pem = (der: Uint8Array) => encodePem("CERTIFICATE", der);
  const papers = { certificate: pem(certificate), chain: chain.map(pem), record: toBase64(record) };
  return JSON.stringify({ device: formatUuid(deviceId), kind: "provisional", ...papers });
}
