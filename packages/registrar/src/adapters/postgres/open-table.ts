// SPDX-License-Identifier: Apache-2.0
// What is given out and taken once (sql/open-table.ts), of all processes on one database, so that whichever is asked can
// take what another one gave.

import { type OpenLimits, openStatements, type OpenTable, TrimPace } from "../sql/open-table.ts";
import type { SqlValue } from "../sql/queries.ts";
import { type Runner, rowOf, type Statement } from "./runner.ts";

export class PostgresOpenTable {
  readonly #runner: Runner;
  readonly #limits: OpenLimits;
  readonly #pace: TrimPace;
  readonly #statements: Readonly<Record<"put" | "count" | "trim" | "trimOwner" | "take", Statement>>;

  constructor(runner: Runner, table: OpenTable, limits: OpenLimits) {
    this.#runner = runner;
    this.#limits = limits;
    this.#pace = new TrimPace(limits);
    const { put, count, trim, trimOwner, take } = openStatements(table, (number) => `$${number}`);
    const named = (what: string, text: string) => ({ name: `${what} ${table.name}`, text });
    this.#statements = {
      put: named("put", put),
      count: named("count", count),
      trim: named("trim", trim),
      trimOwner: named("trim own", trimOwner),
      take: named("take", take),
    };
  }

  /** Values in the order of the columns. */
  async put(values: readonly SqlValue[], owner?: string): Promise<void> {
    const { put, count, trim, trimOwner } = this.#statements;
    const { owner: ofOwner, all } = this.#limits;
    await this.#runner.run(put, values);
    if (owner !== undefined && this.#pace.isOwnerDue(owner)) await this.#runner.run(trimOwner, [owner, ofOwner]);
    if (!this.#pace.isDue()) return;
    const counted = await rowOf<{ rows: number }>(this.#runner, count, []);
    if (Number(counted?.rows) > all) await this.#runner.run(trim, [all]);
  }

  take<Row>(...key: readonly SqlValue[]): Promise<Row | undefined> {
    return rowOf<Row>(this.#runner, this.#statements.take, key);
  }
}
