// SPDX-License-Identifier: Apache-2.0
// Threads of stations, and tasks dealt out to them: each has several under way, so that one is being made while
// another waits for the registrar.

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { StationEquipment, Task, TaskAnswer, VerifiedBirth } from "./task.ts";

const tasksAtOnce = 2;

/** Has everything born; `take` hears of each task's births. Throws what the first failed task says. */
export async function runTasks(
  tasks: readonly Task[],
  equipment: StationEquipment,
  take: (task: Task, births: readonly VerifiedBirth[]) => void,
): Promise<void> {
  const left = [...tasks];
  const threads = Array.from({ length: availableParallelism() }, () => new Thread(equipment));
  const line = async (thread: Thread) => {
    for (let task = left.shift(); task !== undefined; task = left.shift()) take(task, await thread.run(task));
  };
  try {
    await Promise.all(threads.flatMap((thread) => Array.from({ length: tasksAtOnce }, () => line(thread))));
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<readonly VerifiedBirth[]>>();
  #tasks = 0;

  constructor(equipment: StationEquipment) {
    this.#worker = new Worker(new URL("./station-thread.ts", import.meta.url), { workerData: equipment });
    this.#worker.on("message", ({ number, answer }: { number: number; answer: TaskAnswer }) => {
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if ("failed" in answer) waiting?.reject(new Error(answer.failed));
      else waiting?.resolve(answer.births);
    });
    this.#worker.on("error", (error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  run(task: Task): Promise<readonly VerifiedBirth[]> {
    const number = this.#tasks++;
    const waiting = Promise.withResolvers<readonly VerifiedBirth[]>();
    this.#waiting.set(number, waiting);
    this.#worker.postMessage({ number, task });
    return waiting.promise;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
