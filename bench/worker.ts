// SPDX-License-Identifier: Apache-2.0
// A worker thread of worker-lane.ts: prepares its contender, says so, and runs slices as asked.

import { parentPort, workerData } from "node:worker_threads";
import { findContender } from "./catalogue.ts";
import { nodeInstruments } from "./instruments.ts";
import { runSlice } from "./slice.ts";
import type { WorkerTask } from "./worker-lane.ts";

const { bench, contender }: WorkerTask = workerData;
const operate = await findContender(bench, contender).prepare();
const instruments = nodeInstruments();
parentPort?.on("message", (milliseconds: number) => {
  // A failed operation ends the worker, and so the bench.
  void runSlice(operate, milliseconds, instruments).then((slice) => parentPort?.postMessage(slice));
});
parentPort?.postMessage("prepared");
