// SPDX-License-Identifier: Apache-2.0
// Operators may hold a client certificate beside a token, or instead of one. SQLite cannot take NOT NULL off a column,
// so the table is made anew and its rows are copied (sqlite.org/lang_altertable.html section 7).

import type { Migration } from "kysely/migration";
import { execute } from "../execute.ts";
import type { SqlWords } from "../words.ts";

const statements = (words: SqlWords): readonly string[] => [
  `CREATE TABLE new_operators (
    id ${words.text} PRIMARY KEY,
    name ${words.text} NOT NULL,
    role ${words.text} NOT NULL CHECK (role IN ('admin', 'registrar', 'station', 'auditor')),
    token_hash ${words.bytes} UNIQUE,
    certificate_hash ${words.bytes} UNIQUE,
    products ${words.text} NOT NULL,
    quota ${words.integer},
    born ${words.integer} NOT NULL,
    state ${words.text} NOT NULL CHECK (state IN ('active', 'revoked')),
    enrolled_entry ${words.integer} NOT NULL,
    last_entry ${words.integer} NOT NULL,
    CHECK (token_hash IS NOT NULL OR certificate_hash IS NOT NULL)
  )${words.keyedTable}`,
  `INSERT INTO new_operators
    SELECT id, name, role, token_hash, NULL, products, quota, born, state, enrolled_entry, last_entry FROM operators`,
  // Dropping a table drops its triggers and runs none of them.
  "DROP TABLE operators",
  "ALTER TABLE new_operators RENAME TO operators",
  words.refusing("operators", "DELETE"),
];

export function operatorCertificates(words: SqlWords): Migration {
  return { up: (database) => execute(database, statements(words)) };
}
