// SPDX-License-Identifier: Apache-2.0
// Brings a database to the schema of this software, in one transaction, or refuses it untouched where newer software
// made it or something else is in it. What a registry is, is told by the name of its table of schema changes.

import { missingMigration, runMigrations } from "../sql/migrate.ts";
import { migrationsIn } from "../sql/migrations/index.ts";
import { postgresError } from "./errors.ts";
import { queriesOver, type Runner, rowOf, rowsOf } from "./runner.ts";
import type { Session } from "./session.ts";
import { postgresWords } from "./words.ts";

const migrations = migrationsIn(postgresWords);
const tables = { migrationTableName: "natalis_migration", migrationLockTableName: "natalis_migration_lock" };

const selectPlace = {
  text: `SELECT to_regclass('natalis_migration') IS NOT NULL AS ours,
    EXISTS (SELECT FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace) AS used`,
};
const selectExecuted = { text: "SELECT name FROM natalis_migration ORDER BY name" };

/** Whether there is a registry. @throws NAT_POSTGRES_FOREIGN, NAT_POSTGRES_REFUSED where no schema is there to use */
export async function holdsRegistry(runner: Runner): Promise<boolean> {
  const place = await rowOf<{ ours: boolean; used: boolean | null }>(runner, selectPlace, []);
  if (place?.ours === true) return true;
  if (place?.used === true) throw postgresError("NAT_POSTGRES_FOREIGN", "there are tables of something else");
  return false;
}

/** Makes a registry inside the transaction of the session. @throws NAT_POSTGRES_FOREIGN */
export async function makeRegistry(session: Session): Promise<void> {
  if (await holdsRegistry(session)) throw postgresError("NAT_POSTGRES_FOREIGN", "there is a registry already");
  await runMigrations(queriesOver(session), migrations, { ...tables, disableTransactions: true });
}

/** @throws NAT_POSTGRES_FOREIGN, NAT_POSTGRES_NEWER */
export async function migrateToLatest(session: Session): Promise<void> {
  const isThere = await holdsRegistry(session);
  if (isThere && (await missingIn(session)) === undefined) return;
  await runMigrations(queriesOver(session), migrations, tables);
}

/** For readers, who change nothing. @throws NAT_POSTGRES_FOREIGN, NAT_POSTGRES_NEWER, NAT_POSTGRES_OLDER */
export async function requireLatestSchema(runner: Runner): Promise<void> {
  const missing = (await holdsRegistry(runner)) ? await missingIn(runner) : "any table";
  if (missing !== undefined) throw postgresError("NAT_POSTGRES_OLDER", `without ${missing}`);
}

/** @throws NAT_POSTGRES_NEWER */
async function missingIn(runner: Runner): Promise<string | undefined> {
  const executed = (await rowsOf<{ name: string }>(runner, selectExecuted, [])).map(({ name }) => name);
  return missingMigration(executed, migrations, (name) => postgresError("NAT_POSTGRES_NEWER", `schema ${name}`));
}
