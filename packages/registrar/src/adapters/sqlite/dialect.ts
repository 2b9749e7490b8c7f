// SPDX-License-Identifier: Apache-2.0
// Kysely over node:sqlite: the few methods by which its SQLite dialect drives a database.

import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { Kysely, type SqliteDatabase, SqliteDialect } from "kysely";
import type { RegistryQueries } from "../sql/queries.ts";
import type { RegistryTables } from "../sql/schema.ts";

/** A query builder on the connection; closing stays with whoever opened it. */
export function queriesOver(database: DatabaseSync): RegistryQueries {
  return new Kysely<RegistryTables>({ dialect: new SqliteDialect({ database: driverOver(database) }) });
}

function driverOver(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (values) => statement.all(...(values as SQLInputValue[])),
        run: (values) => statement.run(...(values as SQLInputValue[])),
        iterate: (values) => statement.iterate(...(values as SQLInputValue[])),
      };
    },
  };
}
