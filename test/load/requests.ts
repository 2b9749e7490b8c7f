// SPDX-License-Identifier: Apache-2.0
// Bodies of `POST /births`, made before they are needed, on all cores.

import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/** `count` of them, their units numbered from `first`. */
export async function makeBodies(first: number, count: number): Promise<string[]> {
  const threads = availableParallelism();
  const share = Math.ceil(count / threads);
  const parts = Array.from({ length: threads }, async (_, thread): Promise<string[]> => {
    const from = Math.min(thread * share, count);
    const workerData = { first: first + from, count: Math.min(share, count - from) };
    const worker = new Worker(new URL("./request-thread.ts", import.meta.url), { workerData });
    const ended = once(worker, "exit");
    const [bodies]: string[][] = await once(worker, "message");
    await ended;
    return bodies ?? [];
  });
  return (await Promise.all(parts)).flat();
}
