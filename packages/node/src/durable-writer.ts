// SPDX-License-Identifier: Apache-2.0
// Durable writes in a thread of their own. One is eight calls of the operating system, two of which wait for the disk;
// asked for one by one from a thread that is busy, each of them waits for its turn there, and all of them for several
// milliseconds. The thread makes them in a row.

import { extname } from "node:path";
import { Worker } from "node:worker_threads";

export interface WriteTask {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mode: number;
}

/** Undefined: it is written. */
export type WriteReply = { readonly message: string; readonly code?: string | undefined } | undefined;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The thread is started by the first write, and again by the next one after it has died. */
export class DurableWriter {
  readonly #waiting: Waiting[] = [];
  #thread: Worker | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  /** As `writeFileDurably`, one after the other. @throws what the file system refuses, and where the thread dies */
  write(path: string, bytes: Uint8Array, mode: number): Promise<void> {
    const thread = this.#thread ?? this.#start();
    this.#thread = thread;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      thread.postMessage({ path, bytes, mode } satisfies WriteTask);
    });
  }

  /** Ends the thread; what is still waited for fails, whether it was written or not. */
  async close(): Promise<void> {
    await this.#thread?.terminate();
    await this.#ended;
  }

  #start(): Worker {
    const thread = new Worker(new URL(`./durable-writer-thread${extname(import.meta.url)}`, import.meta.url), {
      name: "durable writes",
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    });
    thread.on("message", (reply: WriteReply) => this.#answer(reply));
    let cause: unknown;
    thread.on("error", (error: unknown) => {
      cause = error;
    });
    this.#ended = new Promise((resolve) => thread.on("exit", resolve)).then(() => this.#end(cause));
    return thread;
  }

  #answer(reply: WriteReply): void {
    const waiting = this.#waiting.shift();
    if (reply === undefined) waiting?.resolve();
    else waiting?.reject(Object.assign(new Error(reply.message), { code: reply.code }));
  }

  #end(cause: unknown): void {
    this.#thread = undefined;
    const ended = Object.assign(new Error("the thread of durable writes ended", { cause }), {
      code: "ERR_THREAD_ENDED",
    });
    for (const { reject } of this.#waiting.splice(0)) reject(ended);
  }
}
