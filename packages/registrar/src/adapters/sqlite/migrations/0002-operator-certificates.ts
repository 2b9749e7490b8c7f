// SPDX-License-Identifier: Apache-2.0
// Operators may hold a client certificate beside a token, or instead of one. SQLite cannot take NOT NULL off a column,
// so the table is made anew and its rows are copied (sqlite.org/lang_altertable.html section 7).

import { type Kysely, sql } from "kysely";

const statements = [
  `CREATE TABLE new_operators (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'registrar', 'station', 'auditor')),
    token_hash BLOB UNIQUE,
    certificate_hash BLOB UNIQUE,
    products TEXT NOT NULL,
    quota INTEGER,
    born INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
    enrolled_entry INTEGER NOT NULL,
    last_entry INTEGER NOT NULL,
    CHECK (token_hash IS NOT NULL OR certificate_hash IS NOT NULL)
  ) STRICT, WITHOUT ROWID`,
  `INSERT INTO new_operators
    SELECT id, name, role, token_hash, NULL, products, quota, born, state, enrolled_entry, last_entry FROM operators`,
  // Dropping a table drops its triggers and runs none of them.
  "DROP TABLE operators",
  "ALTER TABLE new_operators RENAME TO operators",
  `CREATE TRIGGER operators_delete BEFORE DELETE ON operators
    BEGIN SELECT RAISE(ABORT, 'this history does not change'); END`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
