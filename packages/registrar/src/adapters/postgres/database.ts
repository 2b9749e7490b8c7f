// SPDX-License-Identifier: Apache-2.0
// A bounded pool of sessions. Every statement, every wait for a lock and every idle transaction has a time limit on the
// server, and one a little longer here for a server that is silent.

import pg from "pg";
import { isNatalisError } from "natalis/kernel";
import { registryError } from "natalis/registry";
import type { SqlValue } from "../sql/queries.ts";
import type { PostgresAddress } from "./address.ts";
import { postgresError } from "./errors.ts";
import { endsSession, translated } from "./failure.ts";
import { type Answer, type Runner, type Statement, untilAnswered } from "./runner.ts";
import { ask, prepareSession, Session } from "./session.ts";
import { valueTypes } from "./values.ts";

export const defaultLimits = {
  /** Sessions of one process; a server allows 100 as a rule. */
  sessions: 8,
  /** Callers that wait for one. */
  waiting: 2000,
  connectMilliseconds: 3000,
  statementMilliseconds: 20_000,
  lockMilliseconds: 5000,
  idleTransactionMilliseconds: 10_000,
  silenceMilliseconds: 25_000,
};

export type Limits = typeof defaultLimits;

export interface Transaction {
  readonly session: Runner;
  readonly end: () => Promise<void>;
}

export class PostgresDatabase implements Runner {
  readonly #limits: Limits;
  readonly #pool: pg.Pool;
  readonly #held: pg.PoolClient[] = [];
  #closed = false;

  constructor(address: PostgresAddress, limits: Limits = defaultLimits) {
    this.#limits = limits;
    // The pool waits for the promise of `onConnect`; its types say nothing of that.
    this.#pool = new pg.Pool(Object.assign(configOf(address, limits), { onConnect: prepareSession }));
    // A session that breaks tells whoever asked something of it, and nobody else.
    this.#pool.on("error", () => undefined);
    this.#pool.on("connect", (client) => client.on("error", () => undefined));
  }

  run(statement: Statement, values: readonly SqlValue[] = []): Promise<Answer> {
    return untilAnswered(() => this.once(statement, values));
  }

  /** As `untilAnswered` of the runner does. */
  untilAnswered<Result>(attempt: (count: number) => Promise<Result>): Promise<Result> {
    return untilAnswered(attempt);
  }

  /** One attempt, after which what was asked may have happened although this throws NAT_POSTGRES_UNREACHABLE. */
  once(statement: Statement, values: readonly SqlValue[] = []): Promise<Answer> {
    return this.#with((client) => ask(client, statement, values));
  }

  /** Does work by one session, again where the database does not answer; the session ends unless all went well. */
  inSession<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return untilAnswered(() => this.#with((client) => work(new Session(client)), true));
  }

  /** Begins a transaction; whatever it has not committed by its end is undone. */
  async begin(statement: Statement): Promise<Transaction> {
    return untilAnswered(async () => {
      const client = await this.#acquire();
      const session = new Session(client);
      const end = () =>
        session.run({ text: "ROLLBACK" }).then(
          () => client.release(),
          () => client.release(true),
        );
      try {
        await session.run(statement);
        return { session, end };
      } catch (error) {
        await end();
        throw error;
      }
    });
  }

  /** A session for one caller alone, until the database is closed. */
  async hold(): Promise<Session> {
    const client = await untilAnswered(() => this.#acquire());
    this.#held.push(client);
    const session = new Session(client);
    // An audit thinks for a while between two questions.
    await session.run({ text: "SET idle_in_transaction_session_timeout = '10min'" });
    return session;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const client of this.#held) client.release(true);
    await this.#pool.end();
  }

  async #with<Result>(work: (client: pg.PoolClient) => Promise<Result>, isStateful = false): Promise<Result> {
    const client = await this.#acquire();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      client.release(isStateful || endsSession(error));
      throw error;
    }
  }

  async #acquire(): Promise<pg.PoolClient> {
    if (this.#closed) throw postgresError("NAT_POSTGRES_FAILED", "the registry is closed");
    const { waitingCount } = this.#pool;
    if (waitingCount >= this.#limits.waiting)
      throw registryError("NAT_REGISTRY_BUSY", `${waitingCount} wait for the database`);
    try {
      return await this.#pool.connect();
    } catch (error) {
      const told = translated(error);
      throw isNatalisError(told) ? told : postgresError("NAT_POSTGRES_FAILED", "no session", told);
    }
  }
}

function configOf(address: PostgresAddress, limits: Limits): pg.PoolConfig {
  const { host, port, database, user, password, ssl } = address;
  return {
    host,
    port,
    database,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ssl,
    max: limits.sessions,
    // One stays however long nothing is asked: it holds the lock by which nobody copies what others serve.
    min: 1,
    connectionTimeoutMillis: limits.connectMilliseconds,
    statement_timeout: limits.statementMilliseconds,
    lock_timeout: limits.lockMilliseconds,
    idle_in_transaction_session_timeout: limits.idleTransactionMilliseconds,
    query_timeout: limits.silenceMilliseconds,
    keepAlive: true,
    application_name: "natalis",
    types: valueTypes,
  };
}
