// SPDX-License-Identifier: Apache-2.0
// A lock that its holder's death frees, however it dies: the one that SQLite takes on its file. Node has no other.

import { DatabaseSync } from "node:sqlite";
import { isSqliteError } from "./database.ts";
import { sqliteError } from "./errors.ts";

export interface FileLock {
  release(): void;
}

const busy = 5;

/** A connection that nobody holds on to is closed when memory is collected, and its lock with it. */
const held = new Set<DatabaseSync>();

/** Holds the lock on a file of its own; the file stays, empty. @throws NAT_SQLITE_LOCKED where another process has it */
export function holdFileLock(path: string): FileLock {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // In memory, so that no journal is left beside the file.
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw isSqliteError(error, busy) ? sqliteError("NAT_SQLITE_LOCKED", path, error) : error;
  }
  held.add(database);
  return {
    release() {
      held.delete(database);
      database.close();
    },
  };
}
