// SPDX-License-Identifier: Apache-2.0
// The part of a commit that is about operators: enrolled, revoked, and the births they asked for, within their quota.

import type { DatabaseSync } from "node:sqlite";
import { type BirthCount, type CommitBatch, type OperatorChange, registryError } from "natalis/registry";
import { operatorColumns, operatorValues } from "../sql/operator-row.ts";
import { prepareChange } from "./prepared.ts";

const insertOperator = `INSERT INTO operators (${operatorColumns.join(", ")})
  VALUES (${operatorColumns.map(() => "?").join(", ")})`;

export class OperatorWriter {
  readonly #insert;
  readonly #change;
  readonly #count;

  constructor(database: DatabaseSync) {
    this.#insert = prepareChange(database, insertOperator);
    this.#change = prepareChange(database, "UPDATE operators SET state = ?, last_entry = ? WHERE id = ?");
    this.#count = prepareChange(
      database,
      "UPDATE operators SET born = born + ?1 WHERE id = ?2 AND (quota IS NULL OR born + ?1 <= quota)",
    );
  }

  /** @throws NAT_REGISTRY_OPERATOR, NAT_REGISTRY_QUOTA */
  write({ operators, operatorChanges, births }: CommitBatch): void {
    for (const row of operators) this.#insert.run(...operatorValues(row));
    for (const change of operatorChanges) this.#applyChange(change);
    for (const count of births) this.#countBirths(count);
  }

  #applyChange({ id, state, lastEntry }: OperatorChange): void {
    if (this.#change.run(state, lastEntry, id) === 0) throw registryError("NAT_REGISTRY_OPERATOR", id);
  }

  /** The condition is part of the update, so that two processes cannot both take the last birth of a quota. */
  #countBirths({ operator, births }: BirthCount): void {
    if (this.#count.run(births, operator) === 0) throw registryError("NAT_REGISTRY_QUOTA", operator);
  }
}
