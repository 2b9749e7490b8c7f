// SPDX-License-Identifier: Apache-2.0
// From the registry's rows to the shapes of the REST door.

import type { DeviceRow, OperatorRow } from "natalis/registry";
import { formatUuid, toHex } from "natalis/kernel";
import type { z } from "zod";
import type { deviceSchema, operatorSchema } from "./schemas.ts";

export function viewDevice(row: DeviceRow): z.infer<typeof deviceSchema> {
  return {
    device: formatUuid(row.id),
    ordinal: row.ordinal,
    product: row.product,
    maker: row.maker,
    model: row.model,
    serial: row.serial,
    ...(row.hardwareRevision === undefined ? {} : { hardwareRevision: row.hardwareRevision }),
    facility: row.facility,
    station: row.station,
    custody: row.custody,
    state: row.state,
    since: new Date(row.since).toISOString(),
    bornAt: new Date(row.bornAt * 1000).toISOString(),
    certificateSerial: toHex(row.certificateSerial),
    certificateHash: toHex(row.certificateHash),
    lastEntry: row.lastEntry,
  };
}

export function viewOperator(row: OperatorRow): z.infer<typeof operatorSchema> {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    products: [...row.products],
    ...(row.quota === undefined ? {} : { quota: row.quota }),
    born: row.born,
    ...(row.notBefore === undefined ? {} : { notBefore: new Date(row.notBefore).toISOString() }),
    ...(row.notAfter === undefined ? {} : { notAfter: new Date(row.notAfter).toISOString() }),
    ...(row.certificateHash === undefined ? {} : { certificateHash: toHex(row.certificateHash) }),
    state: row.state,
  };
}
