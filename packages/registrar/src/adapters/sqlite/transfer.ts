// SPDX-License-Identifier: Apache-2.0
// A SQLite registry to copy from, which nobody else may have open meanwhile, and a new file to copy into.

import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { DatabaseSync } from "node:sqlite";
import { renameDurably } from "@natalis/node";
import type { CopySource, CopyTarget } from "../sql/copy.ts";
import { openAlone, openDatabase } from "./database.ts";
import { queriesOver } from "./dialect.ts";
import { sqliteError } from "./errors.ts";
import { migrateToLatest, requireLatestSchema } from "./migrate.ts";
import { storesOver } from "./registry.ts";

/** @throws NAT_SQLITE_HELD, NAT_SQLITE_FOREIGN, NAT_SQLITE_NEWER, NAT_SQLITE_OLDER */
export async function openSqliteSource(path: string): Promise<CopySource> {
  const database = openAlone(path);
  try {
    requireLatestSchema(database);
    return { ...partsOver(database), close: async () => database.close() };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What is copied is in a file beside `path` until it is kept. @throws NAT_SQLITE_EXISTS, NAT_SQLITE_WAL */
export async function openSqliteTarget(path: string): Promise<CopyTarget> {
  if (existsSync(path)) throw sqliteError("NAT_SQLITE_EXISTS", path);
  const temporary = `${path}.copy`;
  await remove(temporary);
  const database = openDatabase(temporary);
  await migrateToLatest(database, queriesOver(database));
  database.exec("BEGIN IMMEDIATE");
  return {
    ...partsOver(database),
    async keep() {
      database.exec("COMMIT");
      // The last one to close it moves its write-ahead log into it.
      database.close();
      if (existsSync(path)) throw sqliteError("NAT_SQLITE_EXISTS", path);
      await renameDurably(temporary, path);
    },
    async abandon() {
      if (database.isOpen) database.close();
      await remove(temporary);
    },
  };
}

function partsOver(database: DatabaseSync) {
  const queries = queriesOver(database);
  return { queries, stores: storesOver(database, queries) };
}

async function remove(path: string): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) await rm(path + suffix, { force: true });
}
