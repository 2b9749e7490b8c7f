// SPDX-License-Identifier: Apache-2.0
// Brings a database to the schema of this software, or refuses it untouched where newer software made it. All changes
// are one transaction, so that a crash leaves the old schema or the new one.

import type { DatabaseSync } from "node:sqlite";
import { Migrator } from "kysely/migration";
import { rollBack } from "./database.ts";
import type { RegistryQueries } from "./dialect.ts";
import { sqliteError } from "./errors.ts";
import { migrations } from "./migrations/index.ts";
import { prepareQuery } from "./prepared.ts";

/** @throws NAT_SQLITE_NEWER */
export async function migrateToLatest(database: DatabaseSync, queries: RegistryQueries): Promise<void> {
  if (missingMigration(database) === undefined) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    requireKnownSchema(database);
    await runMigrations(queries);
    database.exec("COMMIT");
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

async function runMigrations(queries: RegistryQueries): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve(migrations) };
  const { error } = await new Migrator({ db: queries, provider }).migrateToLatest();
  // Kysely types as unknown what it caught from SQLite.
  if (error !== undefined) throw error as Error;
}

/** For readers, who change nothing. @throws NAT_SQLITE_NEWER, NAT_SQLITE_OLDER */
export function requireLatestSchema(database: DatabaseSync): void {
  const missing = missingMigration(database);
  if (missing !== undefined) throw sqliteError("NAT_SQLITE_OLDER", `without ${missing}`);
}

function missingMigration(database: DatabaseSync): string | undefined {
  const executed = requireKnownSchema(database);
  return Object.keys(migrations).find((name) => !executed.includes(name));
}

/** Names of the migrations that the database has run. */
function requireKnownSchema(database: DatabaseSync): string[] {
  if (!hasTable(database, "kysely_migration")) return [];
  const executed = prepareQuery<{ name: string }>(database, "SELECT name FROM kysely_migration ORDER BY name")
    .all()
    .map(({ name }) => name);
  const unknown = executed.find((name) => !(name in migrations));
  if (unknown !== undefined) throw sqliteError("NAT_SQLITE_NEWER", `schema ${unknown}`);
  return executed;
}

function hasTable(database: DatabaseSync, name: string): boolean {
  return (
    prepareQuery(database, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined
  );
}
