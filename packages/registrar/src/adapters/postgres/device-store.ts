// SPDX-License-Identifier: Apache-2.0
// Finding devices: by what their births took for ever, and in lists.

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
import { bytesArray } from "./arrays.ts";
import { type Runner, rowOf, rowsOf, type Statement } from "./runner.ts";

const statements = {
  byId: { name: "device", text: "SELECT * FROM devices WHERE id = $1" },
  byKey: { name: "device by key", text: "SELECT * FROM devices WHERE key_hash = $1" },
  byUnit: { name: "device by unit", text: "SELECT * FROM devices WHERE unit_tag = $1" },
  taken: {
    name: "taken",
    text: `SELECT CASE
      WHEN EXISTS (SELECT FROM devices WHERE key_hash = claim.key) THEN 'key'
      WHEN EXISTS (SELECT FROM devices WHERE unit_tag = claim.unit) THEN 'unit'
      WHEN EXISTS (SELECT FROM devices WHERE id = claim.device) THEN 'device'
      WHEN EXISTS (SELECT FROM devices WHERE certificate_serial = claim.serial AND issuer = claim.issuer) THEN 'serial'
    END AS field
    FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[]) WITH ORDINALITY
      AS claim(key, unit, device, serial, issuer, place)
    ORDER BY place`,
  },
  byEvidence: {
    name: "device by evidence",
    text: `SELECT devices.* FROM unnest($1::bytea[]) WITH ORDINALITY AS asked(digest, place)
      JOIN evidence ON evidence.digest = asked.digest JOIN devices ON devices.ordinal = evidence.ordinal
      ORDER BY place LIMIT 1`,
  },
} as const;

export class PostgresDeviceStore implements DeviceStore, BirthIndex {
  readonly #runner: Runner;
  readonly #queries: RegistryQueries;

  constructor(runner: Runner, queries: RegistryQueries) {
    this.#runner = runner;
    this.#queries = queries;
  }

  device(id: Uint8Array): Promise<DeviceRow | undefined> {
    return this.#find(statements.byId, id);
  }

  birthByKey(keyHash: Uint8Array): Promise<DeviceRow | undefined> {
    return this.#find(statements.byKey, keyHash);
  }

  birthByUnit(unitTag: Uint8Array): Promise<DeviceRow | undefined> {
    return this.#find(statements.byUnit, unitTag);
  }

  async takenBy(claims: readonly BirthClaim[]): Promise<(BirthClaimField | undefined)[]> {
    const rows = await rowsOf<{ field: BirthClaimField | null }>(this.#runner, statements.taken, [
      bytesArray(claims.map(({ keyHash }) => keyHash)),
      bytesArray(claims.map(({ unitTag }) => unitTag)),
      bytesArray(claims.map(({ deviceId }) => deviceId)),
      bytesArray(claims.map(({ certificateSerial }) => certificateSerial)),
      bytesArray(claims.map(({ issuer }) => fromHex(issuer))),
    ]);
    const fields = rows.map(({ field }) => field ?? undefined);
    for (const [i, { evidence = [] }] of claims.entries())
      if (evidence.length > 0) fields[i] ??= (await this.birthByEvidence(evidence)) && "evidence";
    return fields;
  }

  async birthByEvidence(digests: readonly Uint8Array[]): Promise<DeviceRow | undefined> {
    const row = await rowOf<DevicesTable>(this.#runner, statements.byEvidence, [bytesArray(digests)]);
    return row && deviceOf(row);
  }

  async listDevices(query: DeviceQuery): Promise<DeviceRow[]> {
    const isNowhere = Object.values(query.filter ?? {}).some((text) => text.includes("\0"));
    // PostgreSQL's texts hold no U+0000, and it refuses to compare with one.
    const rows = await listDevices(this.#queries, isNowhere ? { limit: query.limit } : query, conditionsOf);
    return isNowhere ? [] : rows;
  }

  async #find(statement: Statement, value: Uint8Array): Promise<DeviceRow | undefined> {
    const row = await rowOf<DevicesTable>(this.#runner, statement, [value]);
    return row && deviceOf(row);
  }
}

/** Which of them is rare, PostgreSQL knows; but that a state is none of the many it must be told to use its index. */
function conditionsOf({ state, ...rest }: DeviceFilter): RawBuilder<boolean>[] {
  const given = Object.entries(rest).map(([field, value]) => sql<boolean>`${sql.ref(field)} = ${value}`);
  if (state === undefined) return given;
  const ofState = sql<boolean>`state = ${state}`;
  return state === "active" ? [ofState, ...given] : [ofState, sql<boolean>`state <> 'active'`, ...given];
}
