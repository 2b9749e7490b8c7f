// SPDX-License-Identifier: Apache-2.0
// A worker thread of worker-lane.ts: prepares its own contenders, says so, and runs slices as asked.

import { parentPort, workerData } from "node:worker_threads";
import type { Bench } from "./bench.ts";
import { findBench } from "./catalogue.ts";
import { nodeInstruments } from "./instruments.ts";
import { laneHere } from "./lane.ts";
import type { SliceRequest, WorkerTask } from "./worker-lane.ts";

const { bench, peers }: WorkerTask = workerData;
const contenders = await (findBench(bench) as Bench).prepare({ peers });
const lane = laneHere(contenders, nodeInstruments());
parentPort?.on("message", ({ contender, milliseconds }: SliceRequest) => {
  // A failed operation ends the worker, and so the bench.
  void lane.run(contender, milliseconds, 1).then(([slice]) => parentPort?.postMessage(slice));
});
parentPort?.postMessage(contenders.map(({ name, role }) => ({ name, role })));
