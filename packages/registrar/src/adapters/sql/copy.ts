// SPDX-License-Identifier: Apache-2.0
// Copies every row of a registry into an empty one, whatever databases the two are in, and compares them afterwards:
// a page at a time, so that memory does not grow with the registry.

import { type Kysely, type RawBuilder, sql } from "kysely";
import { equalBytes } from "natalis/kernel";
import { pageLimit, type RegistryStores } from "natalis/registry";
import type { RegistryQueries, SqlValue } from "./queries.ts";
import type { RegistryTables } from "./schema.ts";

/** A registry that nobody else writes to while it is open, for reading. */
export interface CopySource {
  readonly queries: RegistryQueries;
  readonly stores: RegistryStores;
  close(): Promise<void>;
}

/** An empty registry; nothing of it is there for others before `keep`. */
export interface CopyTarget {
  readonly queries: RegistryQueries;
  readonly stores: RegistryStores;
  /** Makes all of it durable and closes. */
  keep(): Promise<void>;
  /** Leaves nothing of it. */
  abandon(): Promise<void>;
}

/** Each table with its key: rows are copied in its order. The head comes last. */
const keys = {
  settings: ["name"],
  entries: ["position"],
  devices: ["ordinal"],
  log_tiles: ["id"],
  state_tiles: ["id"],
  checkpoints: ["size"],
  authorities: ["entry"],
  revocations: ["issuer", "shard", "serial"],
  shards: ["issuer", "shard"],
  crls: ["issuer", "shard"],
  operators: ["id"],
  products: ["product"],
  expected_units: ["product", "serial"],
  evidence: ["digest"],
  kept_evidence: ["ordinal"],
  incidents: ["entry"],
  head: ["id"],
} as const satisfies { readonly [Table in keyof RegistryTables]: readonly (keyof RegistryTables[Table])[] };

type Row = Readonly<Record<string, SqlValue>>;
/** The tables by name, each as rows of columns. */
type AnyTables = Kysely<Record<string, Record<string, SqlValue>>>;

export async function countRows(queries: RegistryQueries): Promise<number> {
  let rows = 0;
  for (const table of Object.keys(keys)) {
    const found = await sql<{ rows: number | bigint }>`SELECT count(*) AS rows FROM ${sql.table(table)}`.execute(
      queries,
    );
    rows += Number(found.rows[0]?.rows);
  }
  return rows;
}

/** `onRows` hears of every page. */
export async function copyRows(
  from: RegistryQueries,
  to: RegistryQueries,
  onRows: (count: number) => void,
): Promise<void> {
  for (const [table, key] of Object.entries(keys))
    for await (const rows of pagesOf(from, table, key)) {
      await any(to).insertInto(table).values(rows).execute();
      onRows(rows.length);
    }
}

/** Reads both again; answers the name of the first table that differs. */
export async function differingTable(
  from: RegistryQueries,
  to: RegistryQueries,
  onRows: (count: number) => void,
): Promise<string | undefined> {
  for (const [table, key] of Object.entries(keys)) {
    const others = pagesOf(to, table, key);
    for await (const rows of pagesOf(from, table, key)) {
      const other = (await others.next()).value ?? [];
      if (rows.length !== other.length || rows.some((row, i) => !isSameRow(row, other[i] as Row))) return table;
      onRows(rows.length);
    }
    if ((await others.next()).done !== true) return table;
  }
  return undefined;
}

/** Pages end where they begin again: at the key of their last row. */
async function* pagesOf(queries: RegistryQueries, table: string, key: readonly string[]): AsyncGenerator<Row[], void> {
  const columns = sql.join(key.map((column) => sql.ref(column)));
  for (let last: Row | undefined; ; ) {
    const query = any(queries).selectFrom(table).selectAll().limit(pageLimit);
    const ordered = key.reduce((ordering, column) => ordering.orderBy(column), query);
    const rows: Row[] = await (last === undefined ? ordered : ordered.where(isAfter(columns, key, last))).execute();
    if (rows.length > 0) yield rows;
    if (rows.length < pageLimit) return;
    last = rows.at(-1);
  }
}

function isAfter(columns: RawBuilder<unknown>, key: readonly string[], last: Row): RawBuilder<boolean> {
  return sql<boolean>`(${columns}) > (${sql.join(key.map((column) => last[column]))})`;
}

function isSameRow(row: Row, other: Row): boolean {
  const names = Object.keys(row);
  return names.length === Object.keys(other).length && names.every((name) => isSameValue(row[name], other[name]));
}

function isSameValue(value: SqlValue | undefined, other: SqlValue | undefined): boolean {
  if (value instanceof Uint8Array) return other instanceof Uint8Array && equalBytes(value, other);
  return value === other;
}

function any(queries: RegistryQueries): AnyTables {
  return queries as unknown as AnyTables;
}
