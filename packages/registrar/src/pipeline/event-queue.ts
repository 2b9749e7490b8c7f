// SPDX-License-Identifier: Apache-2.0
// Between the doors and the log: events wait here, bounded, while a commit is under way; the next commit takes all of
// them, up to a batch. A lone event waits for nothing; where more births are being prepared than wait here, a commit
// gives them a moment, since each commit costs its signatures and its fsync. A batch is begun as soon as the store has
// the one before: that one's checkpoint is kept outside the database meanwhile, and only then are its events answered.

import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import type { Clock } from "natalis/kernel";
import type { EventOutcome, RegistryEvent, StoredCommit } from "natalis/registry";
import { pipelineError } from "./errors.ts";

/** What the queue needs of `registry`'s Sequencer. */
export interface Committer {
  store(events: readonly RegistryEvent[], at: Date): Promise<StoredCommit>;
}

export type Entered = Extract<EventOutcome, { kind: "entered" }>;

interface Waiting {
  readonly event: RegistryEvent;
  readonly resolve: (entered: Entered) => void;
  readonly reject: (error: unknown) => void;
}

export interface QueueLimits {
  /** Events that may be under way: waiting, being committed, or waiting for their checkpoint to be kept. */
  readonly unanswered: number;
  /** Events of one commit. */
  readonly batch: number;
}

const defaultQueueLimits: QueueLimits = { unanswered: 4096, batch: 512 };

/** How the queue waits. */
export interface Pauses {
  /** Until requests that arrived together are all here. */
  turn(): Promise<void>;
  moment(milliseconds: number): Promise<void>;
}

const realPauses: Pauses = { turn: () => nextTurn(), moment: (milliseconds) => wait(milliseconds) };

/**
 * How long a commit waits for births that are being prepared, milliseconds: about as long as it takes to prepare them. Until
 * all are there would make everyone wait for everyone else, and leave nothing to do meanwhile.
 */
const gatherMilliseconds = 1;

export class EventQueue {
  readonly #committer: Committer;
  readonly #clock: Clock;
  readonly #coming: () => number;
  readonly #limits: QueueLimits;
  readonly #pauses: Pauses;
  readonly #waiting: Waiting[] = [];
  readonly #keeping = new Set<Promise<void>>();
  #unanswered = 0;
  #running: Promise<void> | undefined;
  #touching: Promise<unknown> | undefined;
  #closed = false;

  /** @param coming how many events are being prepared elsewhere */
  constructor(
    committer: Committer,
    clock: Clock,
    coming: () => number = () => 0,
    limits: QueueLimits = defaultQueueLimits,
    pauses: Pauses = realPauses,
  ) {
    this.#committer = committer;
    this.#clock = clock;
    this.#coming = coming;
    this.#limits = limits;
    this.#pauses = pauses;
  }

  /** Whether an event would be taken now. */
  get isOpen(): boolean {
    return !this.#closed && this.#unanswered < this.#limits.unanswered;
  }

  /**
   * Answers when the event is durable in the log. @throws NAT_PIPELINE_FULL, NAT_PIPELINE_CLOSED, and the registry's
   * own refusal of the event
   */
  submit(event: RegistryEvent): Promise<Entered> {
    if (this.#closed) return Promise.reject(pipelineError("NAT_PIPELINE_CLOSED", event.type));
    if (!this.isOpen) return Promise.reject(pipelineError("NAT_PIPELINE_FULL", `${this.#unanswered} events`));
    return new Promise((resolve, reject) => {
      this.#unanswered += 1;
      this.#waiting.push({ event, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Commits a state entry where nothing else is being committed: the log shows that it lives. */
  async touch(): Promise<void> {
    if (this.#closed || this.#running !== undefined) return;
    this.#touching = this.#committer.store([], this.#clock.now()).then(({ kept }) => kept);
    await this.#touching;
  }

  /** Takes nothing more and waits until all that was taken is answered; then nothing is being committed any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([this.#running, this.#touching]);
    await Promise.allSettled(this.#keeping);
  }

  async #run(): Promise<void> {
    // Requests that arrived together are in one batch together.
    await this.#pauses.turn();
    while (this.#waiting.length > 0) {
      await this.#gather();
      await this.#store(this.#waiting.splice(0, this.#limits.batch));
    }
    this.#running = undefined;
  }

  /** A moment for births that are being prepared now. */
  async #gather(): Promise<void> {
    if (this.#waiting.length < this.#limits.batch && this.#coming() > 0) await this.#pauses.moment(gatherMilliseconds);
  }

  async #store(batch: readonly Waiting[]): Promise<void> {
    try {
      const events = batch.map(({ event }) => event);
      const { outcomes, kept } = await this.#committer.store(events, this.#clock.now());
      const answered = kept.then(
        () => this.#answer(batch, outcomes),
        (error: unknown) => this.#fail(batch, error),
      );
      this.#keeping.add(answered);
      void answered.finally(() => this.#keeping.delete(answered));
    } catch (error) {
      this.#fail(batch, error);
    }
  }

  #answer(batch: readonly Waiting[], outcomes: readonly EventOutcome[]): void {
    this.#unanswered -= batch.length;
    for (const [i, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[i] as EventOutcome;
      if (outcome.kind === "refused") reject(outcome.error);
      else resolve(outcome);
    }
  }

  #fail(batch: readonly Waiting[], error: unknown): void {
    this.#unanswered -= batch.length;
    for (const { reject } of batch) reject(error);
  }
}
