// SPDX-License-Identifier: Apache-2.0
// Operators: found by their token or certificate with every request, listed rarely.

import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { OperatorRow, OperatorStore } from "natalis/registry";
import type { RegistryQueries } from "./dialect.ts";
import { requirePage } from "./page.ts";
import { prepareQuery } from "./prepared.ts";
import type { OperatorsTable } from "./schema.ts";

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

  async listOperators(after: string | undefined, limit: number): Promise<OperatorRow[]> {
    requirePage(limit);
    // An id is never empty, so the empty text comes before all.
    const query = this.#queries
      .selectFrom("operators")
      .selectAll()
      .where("id", ">", after ?? "");
    return (await query.orderBy("id").limit(limit).execute()).map(operatorOf);
  }
}

/** In the order of the table's columns. */
export function operatorValues(row: OperatorRow): SQLInputValue[] {
  const { id, name, role, products, quota, born, state, enrolledEntry, lastEntry } = row;
  const credentials = [row.tokenHash ?? null, row.certificateHash ?? null];
  return [
    id,
    name,
    role,
    ...credentials,
    JSON.stringify(products),
    quota ?? null,
    born,
    state,
    enrolledEntry,
    lastEntry,
  ];
}

function optionalOperator(row: OperatorsTable | undefined): OperatorRow | undefined {
  return row && operatorOf(row);
}

function operatorOf(row: OperatorsTable): OperatorRow {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    ...(row.token_hash === null ? {} : { tokenHash: row.token_hash }),
    ...(row.certificate_hash === null ? {} : { certificateHash: row.certificate_hash }),
    products: JSON.parse(row.products) as string[],
    ...(row.quota === null ? {} : { quota: row.quota }),
    born: row.born,
    state: row.state,
    enrolledEntry: row.enrolled_entry,
    lastEntry: row.last_entry,
  };
}
