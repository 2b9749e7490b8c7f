// SPDX-License-Identifier: Apache-2.0
// Operators: found by their token or certificate with every request, listed rarely.

import type { DatabaseSync } from "node:sqlite";
import type { OperatorRow, OperatorStore } from "natalis/registry";
import { listOperators } from "../sql/lists.ts";
import { operatorOf } from "../sql/operator-row.ts";
import type { RegistryQueries } from "../sql/queries.ts";
import type { OperatorsTable } from "../sql/schema.ts";
import { prepareQuery } from "./prepared.ts";

export class SqliteOperatorStore implements OperatorStore {
  readonly #queries;
  readonly #byId;
  readonly #byToken;
  readonly #byCertificate;

  constructor(database: DatabaseSync, queries: RegistryQueries) {
    this.#queries = queries;
    this.#byId = prepareQuery<OperatorsTable>(database, "SELECT * FROM operators WHERE id = ?");
    this.#byToken = prepareQuery<OperatorsTable>(database, "SELECT * FROM operators WHERE token_hash = ?");
    this.#byCertificate = prepareQuery<OperatorsTable>(database, "SELECT * FROM operators WHERE certificate_hash = ?");
  }

  operator(id: string): OperatorRow | undefined {
    return optionalOperator(this.#byId.get(id));
  }

  operatorByToken(tokenHash: Uint8Array): OperatorRow | undefined {
    return optionalOperator(this.#byToken.get(tokenHash));
  }

  operatorByCertificate(certificateHash: Uint8Array): OperatorRow | undefined {
    return optionalOperator(this.#byCertificate.get(certificateHash));
  }

  listOperators(after: string | undefined, limit: number): Promise<OperatorRow[]> {
    return listOperators(this.#queries, after, limit);
  }
}

function optionalOperator(row: OperatorsTable | undefined): OperatorRow | undefined {
  return row && operatorOf(row);
}
