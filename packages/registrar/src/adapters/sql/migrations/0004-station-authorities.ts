// SPDX-License-Identifier: Apache-2.0
// Stations may have an authority of their own. A CHECK cannot be changed in place (SQLite), so the table is made anew
// and its rows are copied (sqlite.org/lang_altertable.html section 7).

import type { Migration } from "kysely/migration";
import { execute } from "../execute.ts";
import type { SqlWords } from "../words.ts";

const statements = (words: SqlWords): readonly string[] => [
  `CREATE TABLE new_authorities (
    entry ${words.integer} PRIMARY KEY,
    kind ${words.text} NOT NULL CHECK (kind IN ('root', 'issuing', 'server', 'verdict', 'station')),
    key_id ${words.text} NOT NULL,
    certificate ${words.bytes} NOT NULL,
    certificate_hash ${words.bytes} NOT NULL UNIQUE
  )${words.table}`,
  `INSERT INTO new_authorities (entry, kind, key_id, certificate, certificate_hash)
    SELECT entry, kind, key_id, certificate, certificate_hash FROM authorities`,
  // Dropping a table drops its triggers and runs none of them.
  "DROP TABLE authorities",
  "ALTER TABLE new_authorities RENAME TO authorities",
  // Every birth that a station brings in asks for its authority by the key.
  `CREATE INDEX authorities_key_id ON authorities (${words.inOrder("key_id", "entry")})`,
  words.refusing("authorities", "DELETE"),
];

export function stationAuthorities(words: SqlWords): Migration {
  return { up: (database) => execute(database, statements(words)) };
}
