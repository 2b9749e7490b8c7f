// SPDX-License-Identifier: Apache-2.0
// The wire between one registrar and the shared store: it loses requests and replies, delays them, and is cut. What is
// on its way when the registrar dies may still arrive.

import type { Awaitable } from "natalis/kernel";
import { ConnectionLost } from "./connection-lost.ts";
import type { Database } from "./database.ts";
import type { Incarnation, Scheduler } from "./scheduler.ts";
import { late } from "./times.ts";
import type { Trace } from "./trace.ts";
import type { Weather } from "./weather.ts";

/** Outlives both of its ends. */
export interface Link {
  isCut: boolean;
}

export interface WireContext {
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly trace: Trace;
  readonly database: Database;
}

interface Question {
  /** Has the store work; what came of it is told when the function it answers is called. */
  readonly answer: () => Promise<() => void>;
  readonly lose: (why: string) => void;
  readonly onLostReply: (() => void) | undefined;
}

export class Wire {
  readonly #context: WireContext;
  readonly #link: Link;
  readonly #owner: Incarnation;

  constructor(context: WireContext, link: Link, owner: Incarnation) {
    this.#context = context;
    this.#link = link;
    this.#owner = owner;
  }

  /** @throws ConnectionLost, and what the store throws */
  ask<T>(what: string, work: () => Awaitable<T>, onLostReply?: () => void): Promise<T> {
    const { scheduler, weather } = this.#context;
    const { random } = scheduler;
    return new Promise((resolve, reject) => {
      const question: Question = {
        answer: async () => settled(work, resolve, reject),
        lose: (why) => {
          this.#note(what, why);
          this.#reply(() => reject(new ConnectionLost(`${what}: ${why}`)));
        },
        onLostReply,
      };
      if (random.chance(weather.faults.lostRequest)) return question.lose("request lost");
      const isLate = random.chance(weather.faults.lateRequest);
      if (isLate) question.lose("request late");
      const travel = isLate ? random.between(...late) : scheduler.latency();
      scheduler.after(travel, () => void this.#arrive(question));
    });
  }

  /** At the store, whether or not anybody waits for it any more. */
  async #arrive({ answer, lose, onLostReply }: Question): Promise<void> {
    const { scheduler, weather } = this.#context;
    if (this.#isBroken) return lose("no connection");
    const isLost = scheduler.random.chance(weather.faults.lostReply);
    const settle = await answer();
    if (!isLost && !this.#isBroken) return this.#reply(settle);
    onLostReply?.();
    lose("reply lost");
  }

  get #isBroken(): boolean {
    return this.#link.isCut || this.#context.database.isDown;
  }

  #note(what: string, why: string): void {
    const { scheduler, trace } = this.#context;
    if (this.#owner.isAlive) trace.note(scheduler.now, this.#owner.name, what, why);
  }

  #reply(settle: () => void): void {
    const { scheduler } = this.#context;
    scheduler.after(scheduler.latency(), settle, this.#owner);
  }
}

async function settled<T>(
  work: () => Awaitable<T>,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): Promise<() => void> {
  try {
    const value = await work();
    return () => resolve(value);
  } catch (error) {
    return () => reject(error);
  }
}
