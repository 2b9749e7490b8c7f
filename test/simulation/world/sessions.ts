// SPDX-License-Identifier: Apache-2.0
// The client's side of the simulated PostgreSQL: what the registrar's commit store asks of its pool of sessions, each
// statement over the wire.

import {
  type Answer,
  type CommitDatabase,
  postgresError,
  type Statement,
  type Transaction,
  untilAnswered,
} from "@natalis/registrar/parts";
import { ConnectionLost } from "./connection-lost.ts";
import type { Incarnation, Scheduler } from "./scheduler.ts";
import type { Server, Values } from "./server.ts";
import { TransactionSession } from "./transaction-session.ts";
import type { Wire } from "./wire.ts";

export interface SessionsContext {
  readonly scheduler: Scheduler;
  readonly server: Server;
  readonly wire: Wire;
  readonly owner: Incarnation;
}

export class SimulatedSessions implements CommitDatabase {
  readonly #context: SessionsContext;

  constructor(context: SessionsContext) {
    this.#context = context;
  }

  run(statement: Statement, values: Values): Promise<Answer> {
    return this.untilAnswered(() => this.once(statement, values));
  }

  once(statement: Statement, values: Values): Promise<Answer> {
    const { server } = this.#context;
    return askServer(this.#context, statement, values, () => server.answer(statement, values));
  }

  untilAnswered<Result>(attempt: (count: number) => Promise<Result>): Promise<Result> {
    const { scheduler, owner } = this.#context;
    return untilAnswered(attempt, (milliseconds) => scheduler.pause(owner, milliseconds));
  }

  begin(statement: Statement): Promise<Transaction> {
    return this.untilAnswered(async () => {
      const session = new TransactionSession(this.#context);
      const end = () => session.end();
      try {
        await session.run(statement, []);
        return { session, end };
      } catch (error) {
        await end();
        throw error;
      }
    });
  }
}

/** @throws NAT_POSTGRES_UNREACHABLE where the connection breaks, and what the statement is refused with */
export async function askServer(
  { server, wire }: SessionsContext,
  statement: Statement,
  values: Values,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const what = statement.name?.split(" ")[0] ?? statement.text;
  const batch = server.batchOf(statement, values);
  try {
    return await wire.ask(what, work, batch && (() => server.database.loseReply(batch)));
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    throw postgresError("NAT_POSTGRES_UNREACHABLE", error.message, error);
  }
}
