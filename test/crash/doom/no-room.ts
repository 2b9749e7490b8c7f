// SPDX-License-Identifier: Apache-2.0
// Loaded before a registrar and its threads: while a file is there, the thread that commits finds no room for one more
// page of the database (sqlite.org/pragma.html#pragma_max_page_count), as on a full disk.

import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { threadName } from "node:worker_threads";

/** SQLite's own limit. */
const allPages = 4_294_967_294;

/** The words for Node that load it. */
export function noRoomWords(file: string): string[] {
  const address = new URL(import.meta.url);
  address.searchParams.set("file", file);
  return ["--import", address.href];
}

const file = new URL(import.meta.url).searchParams.get("file");
if (file !== null && threadName === "commits") {
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function watched(this: DatabaseSync, sql: string) {
    // A limit below what the file has means: no more than that.
    if (sql === "BEGIN IMMEDIATE") exec.call(this, `PRAGMA max_page_count = ${existsSync(file) ? 1 : allPages}`);
    exec.call(this, sql);
  };
}
