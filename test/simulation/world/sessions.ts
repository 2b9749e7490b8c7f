// SPDX-License-Identifier: Apache-2.0
// The client's side of the simulated PostgreSQL: what the registrar's commit store asks of its pool of sessions, each
// statement over the wire.

import {
  type Answer,
  type CommitDatabase,
  type Statement,
  type Transaction,
  untilAnswered,
} from "@natalis/registrar/parts";
import { askServer, type SessionsContext } from "./ask-server.ts";
import type { Values } from "./server.ts";
import { TransactionSession } from "./transaction-session.ts";

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
