// SPDX-License-Identifier: Apache-2.0
// A registry in one SQLite file: every storage port over one connection.

import type { DatabaseSync } from "node:sqlite";
import type { ExpectationStore, RegistryStores } from "natalis/registry";
import { SqlIncidentStore, SqlKeptEvidenceStore, SqlProductStore } from "../sql/admission-store.ts";
import { SqlAuthorityStore } from "../sql/authority-store.ts";
import type { RegistryQueries } from "../sql/queries.ts";
import { SqlRevocationStore } from "../sql/revocation-store.ts";
import { SqliteCommitStore } from "./commit-store.ts";
import { isSqliteError, openDatabase, openSnapshot } from "./database.ts";
import { SqliteDeviceStore } from "./device-store.ts";
import { queriesOver } from "./dialect.ts";
import { type ExpectationChanges, SqliteExpectationReader, SqliteExpectationWriter } from "./expectation-store.ts";
import { SqliteLogStore } from "./log-store.ts";
import { migrateToLatest, requireLatestSchema } from "./migrate.ts";
import { SqliteOperatorStore } from "./operator-store.ts";
import { SqliteSettingsStore } from "./settings-store.ts";
import { ThreadedCommitStore } from "./threaded-commit-store.ts";

export interface SqliteRegistry extends RegistryStores {
  /** After this no store may be used. */
  close(): void;
}

export interface SqliteSnapshot extends SqliteRegistry {
  /** What SQLite finds wrong with its file: pages that contradict each other, indexes that lack rows. At most 100. */
  damage(): readonly string[];
}

export interface ServedSqliteRegistry extends RegistryStores {
  close(): Promise<void>;
}

/**
 * Opens the registry at `path` and makes it where there is none: a file of its owner's only, brought to the newest
 * schema. Several processes may have one open.
 * @throws NAT_SQLITE_FOREIGN, NAT_SQLITE_NEWER, NAT_SQLITE_WAL
 */
export async function openSqliteRegistry(path: string): Promise<SqliteRegistry> {
  const database = openDatabase(path);
  return closingOnFailure(database, async () => {
    const queries = queriesOver(database);
    await migrateToLatest(database, queries);
    return storesOver(database, queries);
  });
}

/** The same for a registrar under load: commits have a thread of their own. `close` waits for it. */
export async function openServedSqliteRegistry(path: string): Promise<ServedSqliteRegistry> {
  const registry = await openSqliteRegistry(path);
  const commits = new ThreadedCommitStore(path, registry.commits);
  return {
    ...registry,
    commits,
    expectations: expectationsOf(registry.expectations, commits),
    async close() {
      await commits.close();
      registry.close();
    },
  };
}

/**
 * Opens the registry at `path` for reading, as the newest commit left it now; what is committed later does not show.
 * For audits. Writing fails.
 * @throws NAT_SQLITE_FOREIGN, NAT_SQLITE_NEWER, NAT_SQLITE_OLDER
 */
export async function openSqliteSnapshot(path: string): Promise<SqliteSnapshot> {
  const database = openSnapshot(path);
  return closingOnFailure(database, async () => {
    requireLatestSchema(database);
    return { ...storesOver(database, queriesOver(database)), damage: () => damageOf(database) };
  });
}

/** sqlite.org/pragma.html#pragma_integrity_check; a check that cannot go on has found enough. */
function damageOf(database: DatabaseSync): string[] {
  try {
    const rows = database.prepare("PRAGMA integrity_check").all();
    return rows.map((row) => String(row.integrity_check)).filter((finding) => finding !== "ok");
  } catch (error) {
    if (!isSqliteError(error, corrupt)) throw error;
    return [error.message];
  }
}

const corrupt = 11;

async function closingOnFailure<Opened>(database: DatabaseSync, open: () => Promise<Opened>): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    database.close();
    throw error;
  }
}

export function storesOver(database: DatabaseSync, queries: RegistryQueries): SqliteRegistry {
  const log = new SqliteLogStore(database);
  const devices = new SqliteDeviceStore(database, queries);
  const revocations = new SqlRevocationStore(queries);
  return {
    commits: new SqliteCommitStore(database),
    log,
    events: log,
    states: log,
    checkpoints: log,
    devices,
    births: devices,
    authorities: new SqlAuthorityStore(queries),
    revocations,
    crls: revocations,
    operators: new SqliteOperatorStore(database, queries),
    products: new SqlProductStore(queries),
    expectations: expectationsOf(new SqliteExpectationReader(database, queries), new SqliteExpectationWriter(database)),
    incidents: new SqlIncidentStore(queries),
    keptEvidence: new SqlKeptEvidenceStore(queries),
    settings: new SqliteSettingsStore(database),
    close: () => database.close(),
  };
}

function expectationsOf(
  reader: Pick<ExpectationStore, "expectedUnits" | "listExpected">,
  changes: ExpectationChanges,
): ExpectationStore {
  return {
    expectedUnits: (names) => reader.expectedUnits(names),
    listExpected: (query) => reader.listExpected(query),
    expect: (product, units) => changes.expect(product, units),
    withdraw: (product, serials) => changes.withdraw(product, serials),
  };
}
