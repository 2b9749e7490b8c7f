// SPDX-License-Identifier: Apache-2.0
// What is given out and taken once (sql/open-table.ts), of all processes that share a data folder: in a file of its own,
// since it lives some minutes and need not survive a power cut.

import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type OpenLimits, openStatements, type OpenTable, TrimPace } from "../sql/open-table.ts";
import { createPrivate } from "./database.ts";

const busyMilliseconds = 5000;
const pragmas = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  PRAGMA secure_delete = ON;
`;

type Value = Uint8Array | string | number | null;

export class SqliteOpenTable {
  readonly #database: DatabaseSync;
  readonly #limits: OpenLimits;
  readonly #pace: TrimPace;
  readonly #statements: Readonly<Record<"put" | "count" | "trim" | "trimOwner" | "take", StatementSync>>;

  /** @param schema makes the table and its index where they are not there */
  constructor(path: string, schema: string, table: OpenTable, limits: OpenLimits) {
    createPrivate(path);
    this.#database = new DatabaseSync(path, { timeout: busyMilliseconds, defensive: true });
    this.#database.exec(pragmas + schema);
    this.#limits = limits;
    this.#pace = new TrimPace(limits);
    const { put, count, trim, trimOwner, take } = openStatements(table, () => "?");
    const prepare = (text: string) => this.#database.prepare(text);
    this.#statements = {
      put: prepare(put),
      count: prepare(count),
      trim: prepare(trim),
      trimOwner: prepare(trimOwner),
      take: prepare(take),
    };
  }

  /** Values in the order of the columns. */
  put(values: readonly Value[], owner?: string): void {
    const { put, count, trim, trimOwner } = this.#statements;
    put.run(...values);
    if (owner !== undefined && this.#pace.isOwnerDue(owner)) trimOwner.run(owner, this.#limits.owner);
    if (this.#pace.isDue() && Number(count.get()?.rows) > this.#limits.all) trim.run(this.#limits.all);
  }

  take(...key: readonly Value[]): Readonly<Record<string, unknown>> | undefined {
    return this.#statements.take.get(...key);
  }

  close(): void {
    this.#database.close();
  }
}
