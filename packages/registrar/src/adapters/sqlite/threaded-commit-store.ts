// SPDX-License-Identifier: Apache-2.0
// Commits in a thread of their own: writing pages and waiting for the disk takes as long as all else of a birth, and
// HTTP, signing and the planning of the next commit go on meanwhile. Reading stays where it was, on a connection of its
// own: what a commit has left shows as soon as it is answered.

import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { NatalisError } from "natalis/kernel";
import type { CommitBatch, CommitStore } from "natalis/registry";
import { packBatch } from "./packed-batch.ts";

export type CommitTask = CommitBatch | "close";

/** A refusal by its parts, or an error that leaves open whether the commit happened. */
export type CommitReply =
  | "committed"
  | { readonly code: `NAT_${string}`; readonly meaning: string; readonly detail: string }
  | { readonly what: string };

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Of V8's heap; SQLite's pages are not in it. */
const threadLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/** The thread is started by the first commit, and again by the next one after it has died. */
export class ThreadedCommitStore implements CommitStore {
  readonly #path: string;
  readonly #reading: Pick<CommitStore, "head">;
  readonly #waiting: Waiting[] = [];
  #thread: Worker | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  /** @param reading where the head is read */
  constructor(path: string, reading: Pick<CommitStore, "head">) {
    this.#path = path;
    this.#reading = reading;
  }

  head(): ReturnType<CommitStore["head"]> {
    return this.#reading.head();
  }

  /** @throws as SqliteCommitStore's; any other error, the thread's death for one, leaves open whether it happened */
  commit(batch: CommitBatch): Promise<void> {
    const thread = this.#thread ?? this.#start();
    this.#thread = thread;
    const { packed, buffer } = packBatch(batch);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      thread.postMessage(packed satisfies CommitTask, [buffer]);
    });
  }

  /** After what was asked for is done. */
  async close(): Promise<void> {
    this.#thread?.postMessage("close" satisfies CommitTask);
    await this.#ended;
  }

  #start(): Worker {
    const thread = new Worker(new URL(`./commit-thread${extname(import.meta.url)}`, import.meta.url), {
      name: "commits",
      workerData: this.#path,
      resourceLimits: threadLimits,
    });
    thread.on("message", (reply: CommitReply) => this.#answer(reply));
    let cause: unknown;
    thread.on("error", (error: unknown) => {
      cause = error;
    });
    this.#ended = new Promise((resolve) => thread.on("exit", resolve)).then(() => this.#end(cause));
    return thread;
  }

  #answer(reply: CommitReply): void {
    const waiting = this.#waiting.shift();
    if (reply === "committed") waiting?.resolve();
    else if ("code" in reply) waiting?.reject(new NatalisError(reply.code, reply.meaning, reply.detail));
    else waiting?.reject(new Error(`in the thread of commits: ${reply.what}`));
  }

  #end(cause: unknown): void {
    this.#thread = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error("the thread of commits ended", { cause }));
  }
}
