// SPDX-License-Identifier: Apache-2.0
// Threads that prepare births, replaced by others when what they were given changes: births come to the new ones at once,
// and the old ones end when they have answered what they took.

import type { BirthWorkers } from "./birth-workers.ts";
import type { BirthPreparer, BirthTask, PreparedTask } from "./nursery.ts";

/** What is used of them. */
type Workers = Pick<BirthWorkers, "isOpen" | "hasRoom" | "underWay" | "prepare" | "close">;

export class RenewableWorkers implements BirthPreparer {
  #workers: Workers;
  #isClosed = false;
  readonly #retiring = new Map<Workers, Promise<void>>();

  constructor(workers: Workers) {
    this.#workers = workers;
  }

  get isOpen(): boolean {
    return this.#workers.isOpen;
  }

  get hasRoom(): boolean {
    return this.#workers.hasRoom;
  }

  /** Births that were taken and not answered. */
  get underWay(): number {
    return [this.#workers, ...this.#retiring.keys()].reduce((sum, { underWay }) => sum + underWay, 0);
  }

  prepare(task: BirthTask): Promise<PreparedTask> {
    return this.#workers.prepare(task);
  }

  /** Resolves when those before have ended; where nothing more is taken, the new ones end at once. */
  renew(workers: Workers): Promise<void> {
    if (this.#isClosed) return workers.close();
    const before = this.#workers;
    this.#workers = workers;
    const ended = before.close().finally(() => this.#retiring.delete(before));
    this.#retiring.set(before, ended);
    return ended;
  }

  /** Takes nothing more, and ends when all is answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#workers.close(), ...this.#retiring.values()]);
  }
}
