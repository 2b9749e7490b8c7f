// SPDX-License-Identifier: Apache-2.0
// A registrar's clock: it goes with virtual time until someone or something sets it, and no two agree.

import type { Clock } from "natalis/kernel";
import type { Scheduler } from "./scheduler.ts";

const start = Date.UTC(2026, 5, 1);
const quarterDay = 21_600_000;

export class JumpingClock implements Clock {
  readonly #scheduler: Scheduler;
  #offset = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  now(): Date {
    return new Date(start + this.#offset + this.#scheduler.now);
  }

  /** Up to three days from the true time; by quarters, so that `authorityAt` meets few seconds. */
  jump(): void {
    this.#offset = this.#scheduler.random.between(-12, 12) * quarterDay;
  }
}
