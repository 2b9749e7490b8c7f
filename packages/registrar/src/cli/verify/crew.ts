// SPDX-License-Identifier: Apache-2.0
// Worker threads that answer slices of lines. Each has one slice at a time, and is started when there is one for it.
// A worker that dies takes one line with it at most: its slice is asked again line by line, and the line at which a
// worker dies that has nothing else to do is answered as a failure of the program's.

import type { Worker } from "node:worker_threads";
import { idOfLine, internalError, refusalText } from "./line.ts";
import { linesOf } from "./slices.ts";

/** What a worker posts: that it has started, then the answers to the lines of each slice (bytes) that is posted to it. */
export type WorkerMessage = "ready" | readonly string[];

export interface CrewOptions {
  /** Most workers. */
  readonly size: number;
  readonly start: () => Worker;
}

interface Job {
  readonly slice: Uint8Array;
  readonly resolve: (answers: readonly string[]) => void;
  readonly reject: (error: Error) => void;
}

interface Member {
  readonly worker: Worker;
  /** What it is at. */
  job: Job | undefined;
  isReady: boolean;
  failure: unknown;
}

/** What ended a worker that was at a slice. */
class WorkerDeath extends Error {
  override readonly name = "WorkerDeath";
}

export class Crew {
  readonly size: number;
  readonly #start: () => Worker;
  readonly #members = new Set<Member>();
  readonly #waiting: Job[] = [];
  #isClosed = false;

  constructor({ size, start }: CrewOptions) {
    this.size = size;
    this.#start = start;
  }

  /** The answers to the lines of a slice, in their order. Rejects where a worker does not even start. */
  async answer(slice: Uint8Array): Promise<readonly string[]> {
    try {
      return await this.#ask(slice);
    } catch (error) {
      if (!(error instanceof WorkerDeath)) throw error;
      const lines = linesOf(slice);
      if (lines.length > 1) return (await Promise.all(lines.map((line) => this.answer(line)))).flat();
      return [refusalText(idOfLine(slice), internalError(error.cause))];
    }
  }

  /** Ends the workers, whatever they are at. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Array.from(this.#members, ({ worker }) => worker.terminate()));
  }

  #ask(slice: Uint8Array): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ slice, resolve, reject });
      this.#deal();
    });
  }

  #deal(): void {
    for (let job = this.#waiting[0]; job !== undefined && !this.#isClosed; job = this.#waiting[0]) {
      const member = Array.from(this.#members).find((one) => one.job === undefined) ?? this.#hire();
      if (member === undefined) return;
      this.#waiting.shift();
      member.job = job;
      // A copy: posting a view would copy all of the buffer beneath, and the bytes are needed again if the worker dies.
      const bytes = new Uint8Array(job.slice);
      member.worker.postMessage(bytes, [bytes.buffer]);
    }
  }

  #hire(): Member | undefined {
    if (this.#members.size >= this.size) return undefined;
    const worker = this.#start();
    const member: Member = { worker, job: undefined, isReady: false, failure: "its thread ended" };
    this.#members.add(member);
    worker.on("message", (message: WorkerMessage) => this.#hear(member, message));
    worker.on("error", (error: unknown) => {
      member.failure = error;
    });
    worker.on("exit", () => this.#lose(member));
    return member;
  }

  #hear(member: Member, message: WorkerMessage): void {
    if (message === "ready") {
      member.isReady = true;
      return;
    }
    const { job } = member;
    member.job = undefined;
    job?.resolve(message);
    this.#deal();
  }

  #lose(member: Member): void {
    const { job, isReady, failure } = member;
    this.#members.delete(member);
    const isDeath = isReady && !this.#isClosed;
    job?.reject(
      isDeath
        ? new WorkerDeath("a worker died", { cause: failure })
        : new Error("a worker did not start or was ended", { cause: failure }),
    );
    this.#deal();
  }
}
