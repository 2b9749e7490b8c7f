// SPDX-License-Identifier: Apache-2.0
// Brings a database to the schema of this software, or refuses it untouched where newer software made it. All changes
// are one transaction, so that a crash leaves the old schema or the new one.

import type { DatabaseSync } from "node:sqlite";
import { missingMigration, runMigrations } from "../sql/migrate.ts";
import { migrationsIn } from "../sql/migrations/index.ts";
import type { RegistryQueries } from "../sql/queries.ts";
import { rollBack } from "./database.ts";
import { sqliteError } from "./errors.ts";
import { prepareQuery } from "./prepared.ts";
import { sqliteWords } from "./words.ts";

export const migrations = migrationsIn(sqliteWords);

/** @throws NAT_SQLITE_NEWER */
export async function migrateToLatest(database: DatabaseSync, queries: RegistryQueries): Promise<void> {
  if (missingIn(database) === undefined) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    missingIn(database);
    await runMigrations(queries, migrations);
    database.exec("COMMIT");
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** For readers, who change nothing. @throws NAT_SQLITE_NEWER, NAT_SQLITE_OLDER */
export function requireLatestSchema(database: DatabaseSync): void {
  const missing = missingIn(database);
  if (missing !== undefined) throw sqliteError("NAT_SQLITE_OLDER", `without ${missing}`);
}

/** @throws NAT_SQLITE_NEWER */
function missingIn(database: DatabaseSync): string | undefined {
  return missingMigration(executedIn(database), migrations, (name) =>
    sqliteError("NAT_SQLITE_NEWER", `schema ${name}`),
  );
}

/** Names of the migrations that the database has run. */
function executedIn(database: DatabaseSync): string[] {
  if (!hasTable(database, "kysely_migration")) return [];
  return prepareQuery<{ name: string }>(database, "SELECT name FROM kysely_migration ORDER BY name")
    .all()
    .map(({ name }) => name);
}

function hasTable(database: DatabaseSync, name: string): boolean {
  return (
    prepareQuery(database, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined
  );
}
