// SPDX-License-Identifier: Apache-2.0
// Lists of expected units: looked up by their key, a batch of births at a time; changed in transactions of their own,
// which SQLite does one after the other with commits.

import type { DatabaseSync } from "node:sqlite";
import {
  type ExpectationStore,
  type ExpectedUnit,
  type ExpectedUnitQuery,
  type ExpectedUnitRow,
  type ExpectOutcome,
  registryError,
  type WithdrawOutcome,
} from "natalis/registry";
import { expectedUnitOf, listExpected, requireBulk } from "../sql/admission-store.ts";
import type { RegistryQueries } from "../sql/queries.ts";
import type { ExpectedUnitsTable } from "../sql/schema.ts";
import { inTransaction, isSqliteError } from "./database.ts";
import { prepareChange, prepareQuery } from "./prepared.ts";

/** What changes a list. */
export type ExpectationChanges = Pick<ExpectationStore, "expect" | "withdraw">;

const selectUnit = "SELECT * FROM expected_units WHERE product = ? AND serial = ?";

export class SqliteExpectationReader {
  readonly #queries;
  readonly #unit;

  constructor(database: DatabaseSync, queries: RegistryQueries) {
    this.#queries = queries;
    this.#unit = prepareQuery<ExpectedUnitsTable>(database, selectUnit);
  }

  expectedUnits(names: readonly Pick<ExpectedUnitRow, "product" | "serial">[]): (ExpectedUnitRow | undefined)[] {
    requireBulk(names.length);
    return names.map(({ product, serial }) => {
      const row = this.#unit.get(product, serial);
      return row && expectedUnitOf(row);
    });
  }

  listExpected(query: ExpectedUnitQuery): Promise<ExpectedUnitRow[]> {
    return listExpected(this.#queries, query);
  }
}

const insertUnit = `INSERT INTO expected_units (product, serial, model, born)
  SELECT ?1, ?2, ?3, (SELECT min(ordinal) FROM devices
    WHERE serial = ?2 AND +product = ?1 AND (?3 IS NULL OR +model = ?3))
  WHERE true ON CONFLICT (product, serial) DO NOTHING`;

const countUnits = `INSERT INTO products (product, born, expected, expected_born) VALUES (?1, 0, ?2, ?3)
  ON CONFLICT (product) DO UPDATE SET expected = expected + ?2, expected_born = expected_born + ?3`;

export class SqliteExpectationWriter implements ExpectationChanges {
  readonly #database;
  readonly #unit;
  readonly #insert;
  readonly #remove;
  readonly #count;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#unit = prepareQuery<ExpectedUnitsTable>(database, selectUnit);
    this.#insert = prepareChange(database, insertUnit);
    this.#remove = prepareChange(
      database,
      "DELETE FROM expected_units WHERE product = ? AND serial = ? AND born IS NULL",
    );
    this.#count = prepareChange(database, countUnits);
  }

  /** @throws NAT_REGISTRY_PAGE, NAT_REGISTRY_BUSY */
  expect(product: string, units: readonly ExpectedUnit[]): ExpectOutcome[] {
    requireBulk(units.length);
    return this.#changing(() => {
      const outcomes = units.map((unit) => this.#expect(product, unit));
      const born = outcomes.filter((outcome) => outcome === "born").length;
      this.#countUnits(product, outcomes.filter((outcome) => outcome === "added").length + born, born);
      return outcomes;
    });
  }

  /** @throws NAT_REGISTRY_PAGE, NAT_REGISTRY_BUSY */
  withdraw(product: string, serials: readonly string[]): WithdrawOutcome[] {
    requireBulk(serials.length);
    return this.#changing(() => {
      const outcomes = serials.map((serial) => this.#withdraw(product, serial));
      this.#countUnits(product, -outcomes.filter((outcome) => outcome === "withdrawn").length, 0);
      return outcomes;
    });
  }

  #changing<Result>(work: () => Result): Result {
    try {
      return inTransaction(this.#database, work);
    } catch (error) {
      if (isSqliteError(error, busy)) throw registryError("NAT_REGISTRY_BUSY", "another process is writing", error);
      throw error;
    }
  }

  #expect(product: string, unit: ExpectedUnit): ExpectOutcome {
    const { serial } = unit;
    const model = unit.model ?? null;
    const isAdded = this.#insert.run(product, serial, model) === 1;
    const row = this.#unit.get(product, serial);
    if (isAdded) return row?.born === null ? "added" : "born";
    return row?.model === model ? "known" : "other model";
  }

  #withdraw(product: string, serial: string): WithdrawOutcome {
    if (this.#remove.run(product, serial) === 1) return "withdrawn";
    return this.#unit.get(product, serial) === undefined ? "absent" : "born";
  }

  #countUnits(product: string, units: number, born: number): void {
    if (units !== 0) this.#count.run(product, units, born);
  }
}

const busy = 5;
