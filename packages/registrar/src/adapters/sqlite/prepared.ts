// SPDX-License-Identifier: Apache-2.0
// Prepared statements with the type of their rows. What the type says is what the schema's STRICT tables guarantee.

import type { DatabaseSync, SQLInputValue } from "node:sqlite";

export interface Prepared<Row> {
  get(...values: readonly SQLInputValue[]): Row | undefined;
  all(...values: readonly SQLInputValue[]): Row[];
}

export interface PreparedChange {
  /** Answers how many rows were changed. */
  run(...values: readonly SQLInputValue[]): number;
}

export function prepareQuery<Row>(database: DatabaseSync, sql: string): Prepared<Row> {
  const statement = database.prepare(sql);
  return {
    get: (...values) => statement.get(...values) as Row | undefined,
    all: (...values) => statement.all(...values) as Row[],
  };
}

export function prepareChange(database: DatabaseSync, sql: string): PreparedChange {
  const statement = database.prepare(sql);
  return { run: (...values) => Number(statement.run(...values).changes) };
}
