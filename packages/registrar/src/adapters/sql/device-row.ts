// SPDX-License-Identifier: Apache-2.0
// A device between its row in the table and its row in the port.

import { fromHex, toHex } from "natalis/kernel";
import type { DeviceRow } from "natalis/registry";
import type { SqlValue } from "./queries.ts";
import type { DevicesTable } from "./schema.ts";

/** Columns in the order of `deviceValues`. */
export const deviceColumns = [
  "ordinal",
  "id",
  "product",
  "maker",
  "model",
  "serial",
  "hardware_revision",
  "facility",
  "station",
  "custody",
  "key_hash",
  "unit_tag",
  "facts_hash",
  "certificate_serial",
  "certificate_hash",
  "issuer",
  "born_at",
  "born_entry",
  "state",
  "since",
  "last_entry",
  "owner",
] as const satisfies readonly (keyof DevicesTable)[];

export function deviceValues(row: DeviceRow): SqlValue[] {
  return [
    row.ordinal,
    row.id,
    row.product,
    row.maker,
    row.model,
    row.serial,
    row.hardwareRevision ?? null,
    row.facility,
    row.station,
    row.custody,
    row.keyHash,
    row.unitTag,
    row.factsHash,
    row.certificateSerial,
    row.certificateHash,
    fromHex(row.issuer),
    row.bornAt,
    row.bornEntry,
    row.state,
    row.since,
    row.lastEntry,
    row.owner,
  ];
}

export function deviceOf(row: DevicesTable): DeviceRow {
  return {
    ordinal: row.ordinal,
    id: row.id,
    product: row.product,
    maker: row.maker,
    model: row.model,
    serial: row.serial,
    ...(row.hardware_revision === null ? {} : { hardwareRevision: row.hardware_revision }),
    facility: row.facility,
    station: row.station,
    custody: row.custody,
    keyHash: row.key_hash,
    unitTag: row.unit_tag,
    factsHash: row.facts_hash,
    certificateSerial: row.certificate_serial,
    certificateHash: row.certificate_hash,
    issuer: toHex(row.issuer),
    bornAt: row.born_at,
    bornEntry: row.born_entry,
    state: row.state,
    since: row.since,
    lastEntry: row.last_entry,
    owner: row.owner,
  };
}
