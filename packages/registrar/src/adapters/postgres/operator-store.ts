// SPDX-License-Identifier: Apache-2.0
// Operators: found by their token or certificate with every request, listed rarely.

import { toHex } from "natalis/kernel";
import type { OperatorRow, OperatorStore } from "natalis/registry";
import { listOperators } from "../sql/lists.ts";
import { operatorOf } from "../sql/operator-row.ts";
import type { RegistryQueries, SqlValue } from "../sql/queries.ts";
import type { OperatorsTable } from "../sql/schema.ts";
import { type Runner, rowOf, type Statement } from "./runner.ts";
import { SharedQuestions } from "./shared-questions.ts";

const statements = {
  byId: { name: "operator", text: "SELECT * FROM operators WHERE id = $1" },
  byToken: { name: "operator by token", text: "SELECT * FROM operators WHERE token_hash = $1" },
  byCertificate: { name: "operator by certificate", text: "SELECT * FROM operators WHERE certificate_hash = $1" },
} as const;

export class PostgresOperatorStore implements OperatorStore {
  readonly #runner: Runner;
  readonly #queries: RegistryQueries;
  readonly #questions = new SharedQuestions<OperatorRow | undefined>();

  constructor(runner: Runner, queries: RegistryQueries) {
    this.#runner = runner;
    this.#queries = queries;
  }

  async operator(id: string): Promise<OperatorRow | undefined> {
    return id.includes("\0") ? undefined : this.#find(statements.byId, id);
  }

  operatorByToken(tokenHash: Uint8Array): Promise<OperatorRow | undefined> {
    return this.#identify(statements.byToken, tokenHash);
  }

  operatorByCertificate(certificateHash: Uint8Array): Promise<OperatorRow | undefined> {
    return this.#identify(statements.byCertificate, certificateHash);
  }

  listOperators(after: string | undefined, limit: number): Promise<OperatorRow[]> {
    return listOperators(this.#queries, after, limit);
  }

  /** With every request: those that come together ask together. */
  #identify(statement: Statement, hash: Uint8Array): Promise<OperatorRow | undefined> {
    return this.#questions.ask(`${statement.name} ${toHex(hash)}`, () => this.#find(statement, hash));
  }

  async #find(statement: Statement, value: SqlValue): Promise<OperatorRow | undefined> {
    const row = await rowOf<OperatorsTable>(this.#runner, statement, [value]);
    return row && operatorOf(row);
  }
}
