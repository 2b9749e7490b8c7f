// SPDX-License-Identifier: Apache-2.0
// What the SQLite adapter refuses beyond what the registry's ports name.

import { errorFactory } from "natalis/kernel";

export const sqliteErrors = {
  NAT_SQLITE_FOREIGN: "The file is not the database of a Natalis registry.",
  NAT_SQLITE_NEWER: "The database was written by newer software; nothing was changed.",
  NAT_SQLITE_OLDER: "The database has an older schema: let the registrar open it once before it is read alone.",
  NAT_SQLITE_LOCKED: "Another process holds the lock: one at a time does this work.",
  NAT_SQLITE_HELD: "Another process has the database open: stop the registrar first.",
  NAT_SQLITE_ENDED: "The thread of commits ended: whether the change happened shows when it is asked for again.",
  NAT_SQLITE_EXISTS: "There is a database already; nothing was changed.",
  NAT_SQLITE_WAL: "The file system does not allow SQLite's write-ahead log: use a local disk.",
} as const;

export const sqliteError = errorFactory(sqliteErrors);
