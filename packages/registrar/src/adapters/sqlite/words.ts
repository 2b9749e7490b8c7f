// SPDX-License-Identifier: Apache-2.0
// The schema in SQLite's words: STRICT tables, and rows kept under their key where it is no number.

import { historyStands, type SqlWords } from "../sql/words.ts";

export const sqliteWords: SqlWords = {
  bytes: "BLOB",
  integer: "INTEGER",
  text: "TEXT",
  table: " STRICT",
  keyedTable: " STRICT, WITHOUT ROWID",
  // Every index ends in the key as it is.
  inOrder: (column) => column,
  refusing: (table, change) => `CREATE TRIGGER ${table}_${change.toLowerCase()} BEFORE ${change} ON ${table}
    BEGIN SELECT RAISE(ABORT, '${historyStands}'); END`,
  before: [],
  after: [],
  attestations: [],
};
