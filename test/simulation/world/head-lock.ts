// SPDX-License-Identifier: Apache-2.0
// The lock of the head's row, as PostgreSQL keeps it: one holder, the others in the order in which they came, each
// for a limited time.

import { registryError } from "natalis/registry";
import { ConnectionLost } from "./connection-lost.ts";
import type { Scheduler } from "./scheduler.ts";
import { lockLimit } from "./times.ts";
import type { Trace } from "./trace.ts";

interface Waiting {
  readonly holder: object;
  readonly grant: () => void;
  readonly refuse: (error: Error) => void;
}

export class HeadLock {
  readonly #scheduler: Scheduler;
  readonly #trace: Trace;
  #holder: object | undefined;
  #waiting: Waiting[] = [];

  constructor(scheduler: Scheduler, trace: Trace) {
    this.#scheduler = scheduler;
    this.#trace = trace;
  }

  /** @throws NAT_REGISTRY_BUSY after the time limit, ConnectionLost where the store crashes meanwhile */
  async take(holder: object): Promise<void> {
    if (this.#holder === undefined) {
      this.#holder = holder;
      return;
    }
    await new Promise<void>((grant, refuse) => {
      const waiting = { holder, grant, refuse };
      this.#waiting.push(waiting);
      this.#scheduler.after(lockLimit, () => this.#giveUp(waiting));
    });
  }

  /** Does nothing for whoever does not hold it, or not any more. */
  release(holder: object): void {
    if (this.#holder !== holder) return;
    const next = this.#waiting.shift();
    this.#holder = next?.holder;
    next?.grant();
  }

  crash(): void {
    const waiting = this.#waiting;
    this.#holder = undefined;
    this.#waiting = [];
    for (const { refuse } of waiting) refuse(new ConnectionLost("the store crashed"));
  }

  #giveUp(waiting: Waiting): void {
    if (!this.#waiting.includes(waiting)) return;
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    this.#trace.note(this.#scheduler.now, "store", "lets no one wait longer for the head");
    waiting.refuse(registryError("NAT_REGISTRY_BUSY", "lock timeout"));
  }
}
