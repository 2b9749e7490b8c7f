// SPDX-License-Identifier: Apache-2.0
// A lane of worker threads (worker.ts). Each contender has threads of its own: so it has a heap of its own and pays for
// its own garbage, and what it makes V8 learn about shared functions is not forced on the others.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Bench } from "./bench.ts";
import type { Lane } from "./lane.ts";
import type { Slice } from "./slice.ts";

/** What a worker is started with; after that, each message is the length of a slice in milliseconds. */
export interface WorkerTask {
  readonly bench: string;
  readonly contender: string;
}

export interface Crews {
  /** Threads of each contender. */
  readonly workers: number;
  readonly peers: boolean;
}

/** Starts the workers and waits until all are prepared. */
export async function openWorkerLane(bench: Bench, { workers, peers }: Crews): Promise<Lane> {
  const contenders = bench.contenders.filter(({ role }) => peers || bench.peersAlways === true || role !== "peer");
  const crews = contenders.map(({ name }) =>
    Array.from({ length: workers }, () => startWorker({ bench: bench.name, contender: name })),
  );
  await Promise.all(crews.flat().map((worker) => answerOf(worker)));
  return {
    contenders,
    ...(bench.pace && { pace: bench.pace }),
    run: (contender, milliseconds, used) =>
      Promise.all((crews[contender] ?? []).slice(0, used).map((worker) => sliceOf(worker, milliseconds))),
    close: async () => void (await Promise.all(crews.flat().map((worker) => worker.terminate()))),
  };
}

function startWorker(task: WorkerTask): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { workerData: task });
}

function sliceOf(worker: Worker, milliseconds: number): Promise<Slice> {
  const answer = answerOf<Slice>(worker);
  worker.postMessage(milliseconds);
  return answer;
}

/** Its next message; an error that a worker does not catch rejects. */
async function answerOf<Message>(worker: Worker): Promise<Message> {
  const [message]: Message[] = await once(worker, "message");
  return message as Message;
}
