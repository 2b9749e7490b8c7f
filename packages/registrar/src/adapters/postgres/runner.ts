// SPDX-License-Identifier: Apache-2.0
// What the stores ask of a database: one statement at a time, by whatever session; and Kysely over that.

import { setTimeout as wait } from "node:timers/promises";
import { Kysely, PostgresDialect } from "kysely";
import { isNatalisError } from "natalis/kernel";
import type { QueryResult } from "pg";
import type { RegistryQueries, SqlValue } from "../sql/queries.ts";
import type { RegistryTables } from "../sql/schema.ts";

export interface Statement {
  /** Prepared under this name, once a session. Absent: not worth it. */
  readonly name?: string;
  readonly text: string;
}

export type Answer = QueryResult<Readonly<Record<string, unknown>>>;

export interface Runner {
  /** Runs a statement that may be run twice: reads, and changes that a second time changes nothing. */
  run(statement: Statement, values: readonly SqlValue[]): Promise<Answer>;
}

/** Between attempts, milliseconds: a server that restarts is back in a second or two. */
const pauses = [50, 100, 200, 400, 800, 1000, 1000, 1000, 1000, 1000];

/**
 * Does it until the database answers, or for about seven seconds beside what the attempts take. `attempt` counts from 0.
 * @throws NAT_POSTGRES_UNREACHABLE, NAT_POSTGRES_CONFLICT and what else it throws
 */
export async function untilAnswered<Result>(
  attempt: (count: number) => Promise<Result>,
  pauseFor: (milliseconds: number) => Promise<unknown> = wait,
): Promise<Result> {
  for (let count = 0; ; count++) {
    try {
      return await attempt(count);
    } catch (error) {
      const pause = pauses[count];
      if (pause === undefined || !mayPass(error)) throw error;
      await pauseFor(pause);
    }
  }
}

function mayPass(error: unknown): boolean {
  return isNatalisError(error, "NAT_POSTGRES_UNREACHABLE") || isNatalisError(error, "NAT_POSTGRES_CONFLICT");
}

/** Rows as their statement says: what the type says is what the schema guarantees. */
export async function rowsOf<Row>(
  runner: Runner,
  statement: Statement,
  values: readonly SqlValue[],
): Promise<readonly Row[]> {
  return (await runner.run(statement, values)).rows as Row[];
}

export async function rowOf<Row>(
  runner: Runner,
  statement: Statement,
  values: readonly SqlValue[],
): Promise<Row | undefined> {
  const [row] = await rowsOf<Row>(runner, statement, values);
  return row;
}

/** A query builder on it. Its statements stand alone, so that any session may run any of them. */
export function queriesOver(runner: Runner): RegistryQueries {
  const query = (text: string, values: readonly unknown[]) => runner.run({ text }, values as readonly SqlValue[]);
  // Kysely asks for a client a statement, and for nothing of it but this.
  const client = { query: query as never, release: () => undefined };
  const pool = { connect: () => Promise.resolve({ ...client }), end: () => Promise.resolve(), options: {} };
  return new Kysely<RegistryTables>({ dialect: new PostgresDialect({ pool }) });
}
