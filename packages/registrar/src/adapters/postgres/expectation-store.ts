// SPDX-License-Identifier: Apache-2.0
// Lists of expected units. Each change is one statement that may be run twice. A withdrawal holds the head's row, as
// commits do: they come one after the other, so neither waits for a unit that the other one has. Additions only wait for
// each other, in the order of serial numbers.

import type {
  ExpectationStore,
  ExpectedUnit,
  ExpectedUnitQuery,
  ExpectedUnitRow,
  ExpectOutcome,
  WithdrawOutcome,
} from "natalis/registry";
import { expectedUnitOf, listExpected, requireBulk } from "../sql/admission-store.ts";
import type { RegistryQueries } from "../sql/queries.ts";
import type { ExpectedUnitsTable } from "../sql/schema.ts";
import { textArray } from "./arrays.ts";
import { type Runner, rowsOf } from "./runner.ts";

const statements = {
  units: {
    name: "expected units",
    text: `SELECT it.* FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked(product, serial, place)
      LEFT JOIN expected_units AS it ON it.product = asked.product AND it.serial = asked.serial ORDER BY place`,
  },
  expect: {
    name: "expect units",
    text: `WITH given AS MATERIALIZED (
        SELECT * FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS given(serial, model, place)
      ), added AS (
        INSERT INTO expected_units (product, serial, model, born)
        SELECT $1, serial, model, (SELECT min(ordinal) FROM devices AS it WHERE it.serial = given.serial
          AND it.product = $1 AND (given.model IS NULL OR it.model = given.model))
        FROM given ORDER BY serial COLLATE "C"
        ON CONFLICT (product, serial) DO NOTHING RETURNING serial, born
      ), counted AS (
        INSERT INTO products AS it (product, born, expected, expected_born)
        SELECT $1, 0, count(*), count(born) FROM added HAVING count(*) > 0
        ON CONFLICT (product) DO UPDATE SET expected = it.expected + excluded.expected,
          expected_born = it.expected_born + excluded.expected_born
      )
      SELECT CASE WHEN added.serial IS NOT NULL THEN CASE WHEN added.born IS NULL THEN 'added' ELSE 'born' END
        WHEN it.serial IS NULL THEN NULL
        WHEN it.model IS NOT DISTINCT FROM given.model THEN 'known' ELSE 'other model' END AS outcome
      FROM given LEFT JOIN added ON added.serial = given.serial
        LEFT JOIN expected_units AS it ON it.product = $1 AND it.serial = given.serial ORDER BY place`,
  },
  withdraw: {
    name: "withdraw units",
    text: `WITH head_held AS (SELECT id FROM head FOR UPDATE), given AS MATERIALIZED (
        SELECT * FROM unnest($2::text[]) WITH ORDINALITY AS given(serial, place)
      ), gone AS (
        DELETE FROM expected_units AS it USING given
        WHERE (SELECT count(*) FROM head_held) >= 0
          AND it.product = $1 AND it.serial = given.serial AND it.born IS NULL RETURNING it.serial
      ), counted AS (
        UPDATE products SET expected = expected - (SELECT count(*) FROM gone) WHERE product = $1
      )
      SELECT CASE WHEN gone.serial IS NOT NULL THEN 'withdrawn'
        WHEN it.serial IS NOT NULL THEN 'born' ELSE 'absent' END AS outcome
      FROM given LEFT JOIN gone ON gone.serial = given.serial
        LEFT JOIN expected_units AS it ON it.product = $1 AND it.serial = given.serial ORDER BY place`,
  },
  analyze: { text: "ANALYZE expected_units" },
} as const;

/** So many units change what is the best way to find one. */
const unitsBeforeAnalysis = 10_000;

export class PostgresExpectationStore implements ExpectationStore {
  readonly #runner: Runner;
  readonly #queries: RegistryQueries;
  #unanalyzed = 0;

  constructor(runner: Runner, queries: RegistryQueries) {
    this.#runner = runner;
    this.#queries = queries;
  }

  async expectedUnits(
    names: readonly Pick<ExpectedUnitRow, "product" | "serial">[],
  ): Promise<(ExpectedUnitRow | undefined)[]> {
    requireBulk(names.length);
    const values = [textArray(names.map(({ product }) => product)), textArray(names.map(({ serial }) => serial))];
    const rows = await rowsOf<ExpectedUnitsTable | { serial: null }>(this.#runner, statements.units, values);
    return rows.map((row) => (row.serial === null ? undefined : expectedUnitOf(row)));
  }

  listExpected(query: ExpectedUnitQuery): Promise<ExpectedUnitRow[]> {
    return listExpected(this.#queries, query);
  }

  async expect(product: string, units: readonly ExpectedUnit[]): Promise<ExpectOutcome[]> {
    requireBulk(units.length);
    const outcomes = await this.#expect(product, units);
    // What another process added at the same moment is seen by looking again.
    if (outcomes.includes(null)) {
      const again = await this.#expect(product, units);
      return outcomes.map((outcome, i) => outcome ?? again[i] ?? "known");
    }
    return outcomes as ExpectOutcome[];
  }

  async withdraw(product: string, serials: readonly string[]): Promise<WithdrawOutcome[]> {
    requireBulk(serials.length);
    const values = [product, textArray(serials)];
    const rows = await rowsOf<{ outcome: WithdrawOutcome }>(this.#runner, statements.withdraw, values);
    return rows.map(({ outcome }) => outcome);
  }

  async #expect(product: string, units: readonly ExpectedUnit[]): Promise<(ExpectOutcome | null)[]> {
    const [serials, models] = [units.map(({ serial }) => serial), units.map(({ model }) => model ?? null)];
    const values = [product, textArray(serials), textArray(models)];
    const rows = await rowsOf<{ outcome: ExpectOutcome | null }>(this.#runner, statements.expect, values);
    this.#unanalyzed += rows.filter(({ outcome }) => outcome === "added").length;
    if (this.#unanalyzed >= unitsBeforeAnalysis) {
      this.#unanalyzed = 0;
      await this.#runner.run(statements.analyze, []);
    }
    return rows.map(({ outcome }) => outcome);
  }
}
