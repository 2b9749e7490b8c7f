// SPDX-License-Identifier: Apache-2.0
// A thread of birth-workers.ts: opens a nursery with what it is given, and answers slices one after the other.

import { parentPort, workerData } from "node:worker_threads";
import { Nursery, type NurseryEquipment } from "./nursery.ts";
import { packed, resultOf, type TaskResult, type TaskSlice } from "./slice.ts";
import { lessenPriority } from "./thread-priority.ts";

// What answers and commits is waited for by many, and short: it comes first where there are too few cores.
lessenPriority();
const nursery = new Nursery(workerData as NurseryEquipment);

async function work({ number, tasks }: TaskSlice): Promise<void> {
  const made: TaskResult[] = [];
  for (const task of tasks) made.push(await nursery.prepare(task).catch(resultOf));
  const { results, buffer } = packed(made);
  parentPort?.postMessage({ number, results }, [buffer]);
}

// An error that gets here is none of a task's: it ends the thread, and its births are told so.
parentPort?.on("message", (slice: TaskSlice) => void work(slice));
