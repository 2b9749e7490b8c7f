// SPDX-License-Identifier: Apache-2.0
// A thread of crew.ts: a station that carries out tasks, several at once where it is sent several.

import { parentPort, workerData } from "node:worker_threads";
import { Station } from "./station.ts";
import type { StationEquipment, Task, TaskAnswer } from "./task.ts";

const station = new Station(workerData as StationEquipment);

async function answer(task: Task): Promise<TaskAnswer> {
  try {
    return { births: await station.run(task) };
  } catch (error) {
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function carryOut({ number, task }: { number: number; task: Task }): Promise<void> {
  parentPort?.postMessage({ number, answer: await answer(task) });
}

parentPort?.on("message", (message: { number: number; task: Task }) => void carryOut(message));
