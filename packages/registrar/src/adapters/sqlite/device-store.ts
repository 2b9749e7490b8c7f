// SPDX-License-Identifier: Apache-2.0
// Finding devices: by what their births took for ever, and in lists.

import type { DatabaseSync } from "node:sqlite";
import { type RawBuilder, sql } from "kysely";
import { fromHex } from "natalis/kernel";
import type {
  BirthClaim,
  BirthClaimField,
  BirthIndex,
  DeviceFilter,
  DeviceQuery,
  DeviceRow,
  DeviceStore,
} from "natalis/registry";
import { deviceOf } from "../sql/device-row.ts";
import { listDevices } from "../sql/lists.ts";
import type { RegistryQueries } from "../sql/queries.ts";
import type { DevicesTable } from "../sql/schema.ts";
import { prepareQuery } from "./prepared.ts";

/** By how few devices each leaves, as a rule: the first one given is looked up, the others are compared. */
const filterFields = ["serial", "model", "station", "product", "maker"] as const;

const takenClaim = `SELECT CASE
  WHEN EXISTS (SELECT 1 FROM devices WHERE key_hash = ?) THEN 'key'
  WHEN EXISTS (SELECT 1 FROM devices WHERE unit_tag = ?) THEN 'unit'
  WHEN EXISTS (SELECT 1 FROM devices WHERE id = ?) THEN 'device'
  WHEN EXISTS (SELECT 1 FROM devices WHERE certificate_serial = ? AND issuer = ?) THEN 'serial'
END AS field`;

export class SqliteDeviceStore implements DeviceStore, BirthIndex {
  readonly #queries;
  readonly #byId;
  readonly #byKey;
  readonly #byUnit;
  readonly #taken;
  readonly #byEvidence;

  constructor(database: DatabaseSync, queries: RegistryQueries) {
    this.#queries = queries;
    this.#byId = prepareQuery<DevicesTable>(database, "SELECT * FROM devices WHERE id = ?");
    this.#byKey = prepareQuery<DevicesTable>(database, "SELECT * FROM devices WHERE key_hash = ?");
    this.#byUnit = prepareQuery<DevicesTable>(database, "SELECT * FROM devices WHERE unit_tag = ?");
    this.#byEvidence = prepareQuery<DevicesTable>(
      database,
      "SELECT devices.* FROM evidence JOIN devices ON devices.ordinal = evidence.ordinal WHERE digest = ?",
    );
    this.#taken = prepareQuery<{ field: BirthClaimField | null }>(database, takenClaim);
  }

  device(id: Uint8Array): DeviceRow | undefined {
    return optionalDevice(this.#byId.get(id));
  }

  birthByKey(keyHash: Uint8Array): DeviceRow | undefined {
    return optionalDevice(this.#byKey.get(keyHash));
  }

  birthByUnit(unitTag: Uint8Array): DeviceRow | undefined {
    return optionalDevice(this.#byUnit.get(unitTag));
  }

  takenBy(claims: readonly BirthClaim[]): (BirthClaimField | undefined)[] {
    return claims.map(({ keyHash, unitTag, deviceId, certificateSerial, issuer, evidence = [] }) => {
      const found = this.#taken.get(keyHash, unitTag, deviceId, certificateSerial, fromHex(issuer));
      return found?.field ?? (this.birthByEvidence(evidence) && "evidence");
    });
  }

  birthByEvidence(digests: readonly Uint8Array[]): DeviceRow | undefined {
    for (const digest of digests) {
      const row = this.#byEvidence.get(digest);
      if (row !== undefined) return deviceOf(row);
    }
    return undefined;
  }

  listDevices(query: DeviceQuery): Promise<DeviceRow[]> {
    return listDevices(this.#queries, query, conditionsOf);
  }
}

/**
 * SQLite cannot know that a few devices are suspended while a million are of one product, so it is told: a unary plus
 * keeps a column from being looked up (sqlite.org/optoverview.html section 3), and a partial index needs its own
 * condition to be there (sqlite.org/partialindex.html section 3).
 */
function conditionsOf(filter: DeviceFilter): RawBuilder<boolean>[] {
  const { state } = filter;
  const isRare = state !== undefined && state !== "active";
  const given = filterFields.filter((field) => filter[field] !== undefined);
  return [
    ...(isRare ? [sql<boolean>`state = ${state} AND state <> 'active'`] : []),
    ...given.map((field, i) => {
      const column = i === 0 && !isRare ? sql.ref(field) : sql`+${sql.ref(field)}`;
      return sql<boolean>`${column} = ${filter[field]}`;
    }),
    ...(state === "active" ? [sql<boolean>`+state = ${state}`] : []),
  ];
}

function optionalDevice(row: DevicesTable | undefined): DeviceRow | undefined {
  return row && deviceOf(row);
}
