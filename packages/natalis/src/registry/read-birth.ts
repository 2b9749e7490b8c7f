// SPDX-License-Identifier: Apache-2.0
// The documents of a birth, which the log keeps as the body of its entry.

import { toHex } from "../kernel/index.ts";
import { type BornBody, parseBornBody } from "./body.ts";
import { registryError } from "./errors.ts";
import type { DeviceRow, EventStore } from "./ports.ts";

/** Birth record and certificate of a device, as they were entered. @throws NAT_REGISTRY_DAMAGED, NAT_REGISTRY_BODY */
export async function readBirth(events: Pick<EventStore, "readEvents">, device: DeviceRow): Promise<BornBody> {
  const [born] = await events.readEvents(device.bornEntry, 1);
  if (born === undefined || born.index !== device.bornEntry)
    throw registryError("NAT_REGISTRY_DAMAGED", `device ${toHex(device.id)} was born in no entry`);
  return parseBornBody(born.body);
}
