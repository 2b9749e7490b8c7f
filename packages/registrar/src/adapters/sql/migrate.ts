// SPDX-License-Identifier: Apache-2.0
// Which schema changes a database has run, and running those it lacks.

import { type Migration, Migrator, type MigratorProps } from "kysely/migration";
import type { RegistryQueries } from "./queries.ts";

export type Migrations = Readonly<Record<string, Migration>>;

/** The first change that the database lacks; `refuse` gets the name of one that this software does not know. */
export function missingMigration(
  executed: readonly string[],
  migrations: Migrations,
  refuse: (name: string) => Error,
): string | undefined {
  const unknown = executed.find((name) => !(name in migrations));
  if (unknown !== undefined) throw refuse(unknown);
  return Object.keys(migrations).find((name) => !executed.includes(name));
}

export async function runMigrations(
  queries: RegistryQueries,
  migrations: Migrations,
  options: Partial<Pick<MigratorProps, "migrationTableName" | "migrationLockTableName" | "disableTransactions">> = {},
): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve(migrations) };
  const { error } = await new Migrator({ db: queries, provider, ...options }).migrateToLatest();
  // Kysely types as unknown what it caught from the database.
  if (error !== undefined) throw error as Error;
}
