// SPDX-License-Identifier: Apache-2.0
// A session of the pool while a transaction holds it. One that lost a message, or its process, is lost with all that it
// did not commit.

import type { Answer, Statement } from "@natalis/registrar/parts";
import { isNatalisError } from "natalis/kernel";
import { ConnectionLost } from "./connection-lost.ts";
import type { Values } from "./server.ts";
import type { ServerSession } from "./server-session.ts";
import { askServer, type SessionsContext } from "./ask-server.ts";

export class TransactionSession {
  readonly #context: SessionsContext;
  readonly #there: ServerSession;
  #isOver = false;

  constructor(context: SessionsContext) {
    this.#context = context;
    this.#there = context.server.session(context.owner);
    context.owner.onDeath(() => this.#lose());
  }

  /** @throws as `askServer` */
  async run(statement: Statement, values: Values): Promise<Answer> {
    if (this.#isOver) throw new ConnectionLost("the session is lost");
    try {
      return await askServer(this.#context, statement, values, () => this.#there.answer(statement, values));
    } catch (error) {
      if (isNatalisError(error, "NAT_POSTGRES_UNREACHABLE")) this.#lose();
      throw error;
    }
  }

  async end(): Promise<void> {
    if (this.#isOver) return;
    await this.run({ text: "ROLLBACK" }, []).catch(() => undefined);
    this.#isOver = true;
  }

  /** The server hears of it soon, or not at all. */
  #lose(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { scheduler } = this.#context;
    if (scheduler.random.chance(0.5)) scheduler.after(scheduler.latency(), () => this.#there.end());
  }
}
