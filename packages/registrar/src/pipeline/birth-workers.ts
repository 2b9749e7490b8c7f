// SPDX-License-Identifier: Apache-2.0
// The threads that prepare and sign births, one a core. Births wait here, bounded, and are dealt out in slices: few
// births make small slices on all threads, many make full ones. A thread that ends fails the births it had, which are
// in no log and in nobody's hands, and another takes its place.

import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { pipelineError } from "./errors.ts";
import type { BirthPreparer, BirthTask, NurseryEquipment, PreparedTask } from "./nursery.ts";
import { preparedOf, type ResultSlice } from "./slice.ts";

/** What is used of a thread. */
export type BirthThread = Pick<Worker, "postMessage" | "on" | "terminate">;

export interface WorkersOptions {
  readonly threads: number;
  readonly start: () => BirthThread;
  /** Births that may be here at once. */
  readonly births: number;
  /** Births of one slice. */
  readonly slice: number;
}

interface Waiting {
  readonly task: BirthTask;
  readonly resolve: (prepared: PreparedTask) => void;
  readonly reject: (error: unknown) => void;
}

/** One place at the work, and the thread that holds it now. */
interface Place {
  thread: BirthThread | undefined;
  readonly slices: Map<number, readonly Waiting[]>;
  /** Threads in a row that ended without a result. */
  failures: number;
}

/** While a thread is at one slice, the next one is on its way; but a small one waits, to become a larger one. */
const slicesAhead = 2;
const leastAhead = 4;
/** What lives from birth to birth is little: a thread that needs more than this is not well, and is replaced. */
const threadLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };
const firstPause = 100;
const longestPause = 10_000;

/** Threads for every core, over equipment that they share. */
export function startBirthWorkers(equipment: NurseryEquipment): BirthWorkers {
  return new BirthWorkers({
    threads: availableParallelism(),
    start: () =>
      new Worker(new URL(`./birth-worker${extname(import.meta.url)}`, import.meta.url), {
        name: "births",
        workerData: equipment,
        resourceLimits: threadLimits,
      }),
    births: 1024,
    slice: 16,
  });
}

export class BirthWorkers implements BirthPreparer {
  readonly #options: WorkersOptions;
  readonly #places: readonly Place[];
  readonly #stop = new AbortController();
  readonly #waiting: Waiting[] = [];
  #births = 0;
  #slices = 0;
  #dealing = false;
  #emptied: (() => void) | undefined;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.threads }, () => ({
      thread: undefined,
      slices: new Map(),
      failures: 0,
    }));
    for (const place of this.#places) this.#fill(place);
  }

  /** Whether a birth would be taken now. */
  get isOpen(): boolean {
    return !this.#stop.signal.aborted && this.#births < this.#options.births;
  }

  get hasRoom(): boolean {
    return !this.#stop.signal.aborted && this.#births < this.#options.births / 2;
  }

  /** Births that were taken and not answered. */
  get underWay(): number {
    return this.#births;
  }

  /** @throws NAT_PIPELINE_FULL, NAT_PIPELINE_CLOSED, NAT_PIPELINE_WORKER, and what the nursery refuses */
  prepare(task: BirthTask): Promise<PreparedTask> {
    if (this.#stop.signal.aborted) return Promise.reject(pipelineError("NAT_PIPELINE_CLOSED", "birth"));
    if (!this.isOpen) return Promise.reject(pipelineError("NAT_PIPELINE_FULL", `${this.#births} births`));
    return new Promise((resolve, reject) => {
      this.#births += 1;
      this.#waiting.push({ task, resolve, reject });
      this.#dealSoon();
    });
  }

  /** Takes nothing more, waits until all that was taken is answered, and ends the threads. */
  async close(): Promise<void> {
    this.#stop.abort();
    if (this.#births > 0) await this.#whenEmpty();
    await Promise.all(this.#places.map(async ({ thread }) => thread?.terminate()));
  }

  /** Requests that arrived together are dealt out together. */
  #dealSoon(): void {
    if (this.#dealing) return;
    this.#dealing = true;
    setImmediate(() => {
      this.#dealing = false;
      this.#deal();
    });
  }

  #deal(): void {
    while (this.#waiting.length > 0) {
      const alive = this.#places.filter(({ thread }) => thread !== undefined);
      const fewest = Math.min(...alive.map(({ slices }) => slices.size));
      const free = alive.filter(({ slices }) => slices.size === fewest);
      const [place] = free;
      if (place?.thread === undefined || fewest >= slicesAhead) return;
      if (fewest > 0 && this.#waiting.length < leastAhead) return;
      const share = Math.ceil(this.#waiting.length / free.length);
      const births = this.#waiting.splice(0, Math.min(share, this.#options.slice));
      const number = this.#slices++;
      place.slices.set(number, births);
      place.thread.postMessage({ number, tasks: births.map(({ task }) => task) });
    }
  }

  #fill(place: Place): void {
    const thread = this.#options.start();
    place.thread = thread;
    thread.on("message", (slice: ResultSlice) => this.#take(place, slice));
    // The end follows; what went wrong is told with it.
    let cause: unknown;
    thread.on("error", (error: unknown) => {
      cause = error;
    });
    thread.on("exit", () => void this.#replace(place, cause));
    this.#dealSoon();
  }

  #take(place: Place, { number, results }: ResultSlice): void {
    const births = place.slices.get(number) ?? [];
    place.slices.delete(number);
    place.failures = 0;
    this.#deal();
    for (const [i, { resolve, reject }] of births.entries()) {
      try {
        resolve(preparedOf(results[i] ?? { kind: "failed", what: "no result" }));
      } catch (error) {
        reject(error);
      }
    }
    this.#done(births.length);
  }

  /** A thread that ends again and again is started less and less often. */
  async #replace(place: Place, cause: unknown): Promise<void> {
    const lost = [...place.slices.values()].flat();
    place.thread = undefined;
    place.slices.clear();
    this.#lose(lost, cause);
    const pause = Math.min(firstPause * 2 ** place.failures, longestPause);
    place.failures += 1;
    await wait(pause, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
    if (!this.#stop.signal.aborted) this.#fill(place);
    else if (this.#places.every(({ thread }) => thread === undefined)) this.#lose(this.#waiting.splice(0), cause);
  }

  #lose(births: readonly Waiting[], cause: unknown): void {
    for (const { reject } of births) reject(pipelineError("NAT_PIPELINE_WORKER", `${births.length} births`, cause));
    this.#done(births.length);
  }

  #whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      this.#emptied = resolve;
    });
  }

  #done(births: number): void {
    this.#births -= births;
    if (this.#births === 0) this.#emptied?.();
  }
}
