// SPDX-License-Identifier: Apache-2.0
// Opens SQLite so that a commit that has returned survives a power cut: write-ahead log, synchronous FULL, and the
// drive's own cache flushed where only macOS can say how. Documents: sqlite.org/pragma.html, sqlite.org/wal.html.

import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { sqliteError } from "./errors.ts";

/** "NATL": SQLite keeps it in the file's header, where `file` and others find it. */
const applicationId = 0x4e41544c;

/** How long a writer waits for another process before it is told that the registry is busy. */
const busyMilliseconds = 5000;

/**
 * Key hashes, unit tags and serials fall anywhere in their indexes, so a commit of 64 births writes some 200 pages:
 * small pages cost less. A write-ahead log of 6000 of them lets a page that several commits touched be copied into
 * the database once for all; a longer one would make that copying too long a pause.
 */
const writerPragmas = `
  PRAGMA page_size = 4096;
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA wal_autocheckpoint = 6000;
  PRAGMA cache_size = -32768;
  PRAGMA trusted_schema = OFF;
`;

/** Opens for reading and writing; a new file is its owner's only. @throws NAT_SQLITE_FOREIGN, NAT_SQLITE_WAL */
export function openDatabase(path: string): DatabaseSync {
  createPrivate(path);
  return opened(path, false, (database) => {
    claimEmpty(database);
    requireOurs(database, path);
    database.exec(writerPragmas);
    const mode = database.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode;
    if (mode !== "wal") throw sqliteError("NAT_SQLITE_WAL", `${path} stays in mode ${String(mode)}`);
  });
}

/**
 * Makes an empty file of its owner's where there is none: SQLite would let the umask decide; the files beside it take its
 * mode. A file that is there is not opened: closing it would give up every lock that this process has on it, those of
 * its other threads' connections too, and others would take the database for unused (sqlite.org/howtocorrupt.html 2.2).
 */
export function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/**
 * Opens for reading what the newest commit left now: later commits of other connections do not show, and their
 * pages stay in the write-ahead log until this connection is closed. @throws NAT_SQLITE_FOREIGN
 */
export function openSnapshot(path: string): DatabaseSync {
  return opened(path, true, (database) => {
    requireOurs(database, path);
    database.exec("PRAGMA cache_size = -32768; PRAGMA trusted_schema = OFF; BEGIN");
    // A transaction sees what its first read sees.
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
  });
}

/**
 * Opens for reading while nobody else has it open: in this mode the write-ahead log's index is in this process's
 * memory, which SQLite allows to one alone (sqlite.org/wal.html section 8). @throws NAT_SQLITE_HELD, NAT_SQLITE_FOREIGN
 */
export function openAlone(path: string): DatabaseSync {
  try {
    return opened(path, false, (database) => {
      // Whoever has it open has it for long: there is nothing to wait for.
      database.exec("PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE");
      requireOurs(database, path);
      database.exec("PRAGMA trusted_schema = OFF; BEGIN IMMEDIATE");
    });
  } catch (error) {
    throw isSqliteError(error, busy) ? sqliteError("NAT_SQLITE_HELD", path, error) : error;
  }
}

/** Runs work in one transaction that is wholly done and durable when this returns, or has changed nothing. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** SQLite ends the transaction by itself after some errors, a full disk for one. */
export function rollBack(database: DatabaseSync): void {
  if (database.isTransaction) database.exec("ROLLBACK");
}

function opened(path: string, readOnly: boolean, prepare: (database: DatabaseSync) => void): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly, timeout: busyMilliseconds, defensive: true });
  try {
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw isSqliteError(error, notADatabase) ? sqliteError("NAT_SQLITE_FOREIGN", path, error) : error;
  }
}

const busy = 5;
const notADatabase = 26;

function claimEmpty(database: DatabaseSync): void {
  const { application_id: id } = database.prepare("PRAGMA application_id").get() ?? {};
  const isEmpty = database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
  // Page size is settled by the first write, so it comes before.
  if (id === 0 && isEmpty) database.exec(`${writerPragmas} PRAGMA application_id = ${applicationId}`);
}

/** Before anything of the file is changed, be it only its journal mode. */
function requireOurs(database: DatabaseSync, path: string): void {
  const { application_id: id } = database.prepare("PRAGMA application_id").get() ?? {};
  if (id !== applicationId) throw sqliteError("NAT_SQLITE_FOREIGN", `${path} has application id ${String(id)}`);
}

/** SQLite's extended result codes carry the primary one in their low byte (sqlite.org/rescode.html). */
export function isSqliteError(error: unknown, primaryCode: number): error is Error {
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === primaryCode;
}
