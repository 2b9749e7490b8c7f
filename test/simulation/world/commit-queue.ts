// SPDX-License-Identifier: Apache-2.0
// Gathers events while a commit is under way, as the registrar's own queue does, but by the simulation's scheduler.

import type { Clock } from "natalis/kernel";
import type { EventOutcome, RegistryEvent, Sequencer } from "natalis/registry";
import type { Incarnation, Scheduler } from "./scheduler.ts";

interface Waiting {
  readonly event: RegistryEvent;
  readonly resolve: (outcome: EventOutcome) => void;
  readonly reject: (error: unknown) => void;
}

const mostInBatch = 4;

export class CommitQueue {
  readonly #sequencer: Sequencer;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #owner: Incarnation;
  readonly #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(sequencer: Sequencer, clock: Clock, scheduler: Scheduler, owner: Incarnation) {
    this.#sequencer = sequencer;
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#owner = owner;
  }

  submit(event: RegistryEvent): Promise<EventOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  /** A state entry, as an idle log commits it; it waits its turn in the sequencer. */
  async touch(): Promise<void> {
    await this.#sequencer.commit([], this.#clock.now());
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    await this.#scheduler.pause(this.#owner);
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, mostInBatch));
    this.#isRunning = false;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const events = batch.map(({ event }) => event);
      const { outcomes } = await this.#sequencer.commit(events, this.#clock.now());
      for (const [i, { resolve }] of batch.entries()) resolve(outcomes[i] as EventOutcome);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
