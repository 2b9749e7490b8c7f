// SPDX-License-Identifier: Apache-2.0
// Commits in a thread of their own: writing pages and waiting for the disk takes as long as all else of a birth, and
// HTTP, signing and the planning of the next commit go on meanwhile. Reading stays where it was, on a connection of its
// own: what a commit has left shows as soon as it is answered.

import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { NatalisError } from "natalis/kernel";
import type { CommitBatch, CommitStore, ExpectedUnit, ExpectOutcome, WithdrawOutcome } from "natalis/registry";
import { sqliteError } from "./errors.ts";
import type { ExpectationChanges } from "./expectation-store.ts";
import { packBatch } from "./packed-batch.ts";

export type CommitTask =
  | { readonly kind: "commit"; readonly batch: CommitBatch }
  | { readonly kind: "expect"; readonly product: string; readonly units: readonly ExpectedUnit[] }
  | { readonly kind: "withdraw"; readonly product: string; readonly serials: readonly string[] }
  | { readonly kind: "close" };

/** A refusal by its parts, or an error that leaves open whether the change happened. */
export type CommitReply =
  | { readonly done: unknown }
  | { readonly code: `NAT_${string}`; readonly meaning: string; readonly detail: string }
  | { readonly what: string };

interface Waiting {
  readonly resolve: (done: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Of V8's heap; SQLite's pages are not in it. */
const threadLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/**
 * Changes of the lists of expected units are made there too: one after the other with commits, none waits for a lock in
 * the thread that speaks HTTP. The thread is started by the first change, and again by the next one after it has died.
 */
export class ThreadedCommitStore implements CommitStore, ExpectationChanges {
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

  /** @throws as SqliteCommitStore's; any other error, NAT_SQLITE_ENDED for one, leaves open whether it happened */
  async commit(batch: CommitBatch): Promise<void> {
    const { packed, buffer } = packBatch(batch);
    await this.#ask({ kind: "commit", batch: packed }, [buffer]);
  }

  /** @throws NAT_REGISTRY_PAGE, NAT_REGISTRY_BUSY */
  async expect(product: string, units: readonly ExpectedUnit[]): Promise<readonly ExpectOutcome[]> {
    return (await this.#ask({ kind: "expect", product, units })) as readonly ExpectOutcome[];
  }

  /** @throws NAT_REGISTRY_PAGE, NAT_REGISTRY_BUSY */
  async withdraw(product: string, serials: readonly string[]): Promise<readonly WithdrawOutcome[]> {
    return (await this.#ask({ kind: "withdraw", product, serials })) as readonly WithdrawOutcome[];
  }

  /** After what was asked for is done. */
  async close(): Promise<void> {
    this.#thread?.postMessage({ kind: "close" } satisfies CommitTask);
    await this.#ended;
  }

  #ask(task: CommitTask, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    const thread = this.#thread ?? this.#start();
    this.#thread = thread;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      thread.postMessage(task, [...transfer]);
    });
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
    if ("done" in reply) waiting?.resolve(reply.done);
    else if ("code" in reply) waiting?.reject(new NatalisError(reply.code, reply.meaning, reply.detail));
    else waiting?.reject(new Error(`in the thread of commits: ${reply.what}`));
  }

  #end(cause: unknown): void {
    this.#thread = undefined;
    const waiting = this.#waiting.splice(0);
    for (const { reject } of waiting) reject(sqliteError("NAT_SQLITE_ENDED", `${waiting.length} changes`, cause));
  }
}
