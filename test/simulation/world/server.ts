// SPDX-License-Identifier: Apache-2.0
// What PostgreSQL does with the statements of the registrar's own commit store: answers them one by one, or in a
// session's transaction, under the lock of the head's row. Of a commit's statement it knows the batch, not the SQL.

import type { Answer, Statement } from "@natalis/registrar/parts";
import { isNatalisError } from "natalis/kernel";
import type { CommitBatch } from "natalis/registry";
import { answerOf, moved } from "./server-answer.ts";
import type { Database } from "./database.ts";
import type { Defect } from "./defect.ts";
import { HeadLock } from "./head-lock.ts";
import type { Incarnation, Scheduler } from "./scheduler.ts";
import { ServerSession } from "./server-session.ts";
import type { Trace } from "./trace.ts";

export type Values = readonly unknown[];

interface ServerContext {
  readonly database: Database;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly defect: Defect | undefined;
}

export class Server {
  readonly lock: HeadLock;
  readonly database: Database;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly defect: Defect | undefined;
  readonly #sessions = new Set<ServerSession>();
  /** By checkpoint, which is the second value of a commit's statement. */
  readonly #batches = new Map<unknown, CommitBatch>();

  constructor({ database, scheduler, trace, defect }: ServerContext) {
    this.lock = new HeadLock(scheduler, trace);
    this.database = database;
    this.scheduler = scheduler;
    this.trace = trace;
    this.defect = defect;
    database.onCrash(() => this.#crash());
  }

  /** The batch of a statement that will come. */
  announce(batch: CommitBatch): CommitBatch {
    this.#batches.set(batch.head.checkpoint, batch);
    return batch;
  }

  batchOf({ name = "" }: Statement, values: Values): CommitBatch | undefined {
    return name.startsWith("commit ") ? this.#batches.get(values[1]) : undefined;
  }

  session(client: Incarnation): ServerSession {
    const session = new ServerSession(this, client);
    this.#sessions.add(session);
    return session;
  }

  /** A statement by itself. @throws what it is refused with, ConnectionLost where the server crashes meanwhile */
  async answer(statement: Statement, values: Values): Promise<Answer> {
    const batch = this.batchOf(statement, values);
    if (batch !== undefined) return this.#commit(batch);
    if (statement.name === "head") return this.#head(values[0] as number | null);
    if (statement.name === "stored") {
      const [size, note] = values;
      return answerOf(this.database.registry.checkpointAt(size as number) === note ? [{}] : []);
    }
    throw new Error(`a statement that is not simulated: ${statement.text}`);
  }

  async #commit(batch: CommitBatch): Promise<Answer> {
    const holder = {};
    await this.lock.take(holder);
    try {
      await this.database.commit(batch);
      return moved(1);
    } catch (error) {
      if (isNatalisError(error, "NAT_REGISTRY_HEAD_MOVED")) return moved(0);
      throw error;
    } finally {
      this.lock.release(holder);
    }
  }

  #head(seenSize: number | null): Answer {
    const { registry } = this.database;
    const head = registry.head();
    if (head === undefined) return answerOf([]);
    const seen = seenSize === null ? undefined : registry.checkpointAt(seenSize);
    return answerOf([{ ...head, state_root: head.stateRoot, seen: seen ?? null }]);
  }

  #crash(): void {
    for (const session of this.#sessions) session.crash();
    this.#sessions.clear();
    this.lock.crash();
  }
}
