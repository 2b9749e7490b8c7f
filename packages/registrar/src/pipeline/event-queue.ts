// SPDX-License-Identifier: Apache-2.0
// Between the doors and the log: events wait here, bounded, while a commit is under way; the next commit takes all of
// them, up to a batch. So a lone event waits for nothing, and a loaded registrar commits full batches.

import type { Clock } from "natalis/kernel";
import type { Commit, EventOutcome, RegistryEvent } from "natalis/registry";
import { pipelineError } from "./errors.ts";

/** What the queue needs of `registry`'s Sequencer. */
export interface Committer {
  commit(events: readonly RegistryEvent[], at: Date): Promise<Commit>;
}

export type Entered = Extract<EventOutcome, { kind: "entered" }>;

interface Waiting {
  readonly event: RegistryEvent;
  readonly resolve: (entered: Entered) => void;
  readonly reject: (error: unknown) => void;
}

export interface QueueLimits {
  /** Events that may wait. */
  readonly waiting: number;
  /** Events of one commit. */
  readonly batch: number;
}

const defaultQueueLimits: QueueLimits = { waiting: 4096, batch: 512 };

export class EventQueue {
  readonly #committer: Committer;
  readonly #clock: Clock;
  readonly #limits: QueueLimits;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #touching: Promise<unknown> | undefined;
  #closed = false;

  constructor(committer: Committer, clock: Clock, limits: QueueLimits = defaultQueueLimits) {
    this.#committer = committer;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Whether an event would be taken now. */
  get isOpen(): boolean {
    return !this.#closed && this.#waiting.length < this.#limits.waiting;
  }

  /**
   * Answers when the event is durable in the log. @throws NAT_PIPELINE_FULL, NAT_PIPELINE_CLOSED, and the registry's
   * own refusal of the event
   */
  submit(event: RegistryEvent): Promise<Entered> {
    if (this.#closed) return Promise.reject(pipelineError("NAT_PIPELINE_CLOSED", event.type));
    if (!this.isOpen) return Promise.reject(pipelineError("NAT_PIPELINE_FULL", `${this.#waiting.length} events`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Commits a state entry where nothing else is being committed: the log shows that it lives. */
  async touch(): Promise<void> {
    if (this.#closed || this.#running !== undefined) return;
    this.#touching = this.#committer.commit([], this.#clock.now());
    await this.#touching;
  }

  /** Takes nothing more and waits until all that was taken is answered; then nothing is being committed any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([this.#running, this.#touching]);
  }

  async #run(): Promise<void> {
    // Requests that arrived together are in one batch together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, this.#limits.batch));
    this.#running = undefined;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const events = batch.map(({ event }) => event);
      const { outcomes } = await this.#committer.commit(events, this.#clock.now());
      for (const [i, waiting] of batch.entries()) answer(waiting, outcomes[i] as EventOutcome);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function answer({ resolve, reject }: Waiting, outcome: EventOutcome): void {
  if (outcome.kind === "refused") reject(outcome.error);
  else resolve(outcome);
}
