// SPDX-License-Identifier: Apache-2.0
// A lane of worker threads (worker.ts), each with contenders of its own.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Lane } from "./lane.ts";
import type { Slice } from "./slice.ts";

/** What a worker is started with. */
export interface WorkerTask {
  readonly bench: string;
  readonly peers: boolean;
}

/** What a worker is asked: to run a slice of the contender at this index. */
export interface SliceRequest {
  readonly contender: number;
  readonly milliseconds: number;
}

/** Starts the workers and waits until all are prepared. */
export async function openWorkerLane(task: WorkerTask, count: number): Promise<Lane> {
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL("./worker.ts", import.meta.url), { workerData: task }),
  );
  const prepared = await Promise.all(workers.map((worker) => answerOf<Lane["contenders"]>(worker)));
  return {
    contenders: prepared[0] ?? [],
    run: (contender, milliseconds, used) =>
      Promise.all(workers.slice(0, used).map((worker) => sliceOf(worker, { contender, milliseconds }))),
    close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  };
}

function sliceOf(worker: Worker, request: SliceRequest): Promise<Slice> {
  const answer = answerOf<Slice>(worker);
  worker.postMessage(request);
  return answer;
}

/** Its next message; an error that a worker does not catch rejects. */
async function answerOf<Message>(worker: Worker): Promise<Message> {
  const [message]: Message[] = await once(worker, "message");
  return message as Message;
}
