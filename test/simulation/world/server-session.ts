// SPDX-License-Identifier: Apache-2.0
// A session of the server in its transaction: BEGIN with the head locked, one commit's statement, COMMIT or ROLLBACK. It
// ends when its client is gone and the server hears of that, or when it stands still for too long; what it has not
// committed is undone then, and the lock falls to the next.

import type { Answer, Statement } from "@natalis/registrar/parts";
import { isNatalisError } from "natalis/kernel";
import type { CommitBatch } from "natalis/registry";
import { ConnectionLost } from "./connection-lost.ts";
import type { Incarnation } from "./scheduler.ts";
import type { Server, Values } from "./server.ts";
import { answerOf, moved } from "./server-answer.ts";
import { idleLimit } from "./times.ts";

export class ServerSession {
  readonly #server: Server;
  readonly #client: Incarnation;
  #isOpen = true;
  #isBusy = false;
  #isInTransaction = false;
  #isDue = false;
  #statements = 0;
  /** Written, and not committed yet. */
  #planned: CommitBatch | undefined;

  constructor(server: Server, client: Incarnation) {
    this.#server = server;
    this.#client = client;
  }

  /** @throws as the server's `answer` */
  async answer(statement: Statement, values: Values): Promise<Answer> {
    if (!this.#isOpen || this.#isBusy) throw new ConnectionLost("the session has ended");
    this.#isBusy = true;
    this.#statements += 1;
    try {
      return await this.#execute(statement, values);
    } finally {
      this.#isBusy = false;
      if (this.#isDue) this.end();
      if (this.#isInTransaction) this.#endWhereIdle(this.#statements);
    }
  }

  /** The client is gone; a statement that is being executed is executed to its end. */
  end(): void {
    this.#isDue = true;
    if (this.#isBusy || !this.#isOpen) return;
    if (this.#server.defect === "held-turn" && !this.#client.isAlive) return;
    this.#isOpen = false;
    this.#undo();
  }

  crash(): void {
    this.#isOpen = false;
    this.#planned = undefined;
  }

  async #execute(statement: Statement, values: Values): Promise<Answer> {
    const { text } = statement;
    if (text.startsWith("BEGIN")) await this.#begin();
    else if (text === "COMMIT") await this.#commit();
    else if (text === "ROLLBACK") this.#undo();
    else return this.#plan(this.#server.batchOf(statement, values) as CommitBatch);
    return answerOf([]);
  }

  async #begin(): Promise<void> {
    await this.#server.lock.take(this);
    this.#isInTransaction = true;
  }

  #plan(batch: CommitBatch): Answer {
    try {
      this.#server.database.requireCommittable(batch);
    } catch (error) {
      if (isNatalisError(error, "NAT_REGISTRY_HEAD_MOVED")) return moved(0);
      throw error;
    }
    this.#planned = batch;
    return moved(1);
  }

  async #commit(): Promise<void> {
    const planned = this.#planned;
    this.#planned = undefined;
    try {
      if (planned !== undefined) await this.#server.database.commit(planned);
    } finally {
      this.#undo();
    }
  }

  #undo(): void {
    this.#isInTransaction = false;
    this.#planned = undefined;
    this.#server.lock.release(this);
  }

  #endWhereIdle(statements: number): void {
    const { scheduler, trace } = this.#server;
    scheduler.after(idleLimit, () => {
      if (statements !== this.#statements || !this.#isOpen || !this.#isInTransaction) return;
      trace.note(scheduler.now, "store", "ends a turn that stands still, of", this.#client.name);
      this.end();
    });
  }
}
