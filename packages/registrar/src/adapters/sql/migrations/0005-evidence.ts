// SPDX-License-Identifier: Apache-2.0
// The statements of evidence that births came with, whole, with what they were bound to: one row a birth, as its
// birth's chapter encodes it. And, where all processes share nothing but this database, the births that wait for theirs.

import type { Migration } from "kysely/migration";
import { execute } from "../execute.ts";
import type { SqlWords } from "../words.ts";

const statements = (words: SqlWords): readonly string[] => [
  `CREATE TABLE kept_evidence (
    ordinal ${words.integer} PRIMARY KEY,
    body ${words.bytes} NOT NULL
  )${words.table}`,
  words.refusing("kept_evidence", "UPDATE"),
  words.refusing("kept_evidence", "DELETE"),
  ...words.attestations,
];

export function evidence(words: SqlWords): Migration {
  return { up: (database) => execute(database, statements(words)) };
}
