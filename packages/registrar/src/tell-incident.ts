// SPDX-License-Identifier: Apache-2.0
// A refused birth in the registrar's log: what an operator who watches it must see, and nothing that is not in the public
// log or the operator's own enrolment.

import { formatUuid, toHex } from "natalis/kernel";
import type { Logger } from "pino";
import type { IncidentTold } from "./service/incidents.ts";

export function tellIncident(logger: Pick<Logger, "warn" | "error">, told: IncidentTold): void {
  const { station, code, keyHash, unitTag, deviceId, unrecorded } = told;
  const device = deviceId === undefined ? {} : { device: formatUuid(deviceId) };
  const line = { code, station, ...device, key: toHex(keyHash), unit: toHex(unitTag), unrecorded };
  if ("entry" in told)
    logger.warn({ ...line, entry: told.entry }, "a birth was refused: someone was born with it before");
  else logger.error({ ...line, err: told.error }, "a birth was refused, and its entry could not be made");
}
