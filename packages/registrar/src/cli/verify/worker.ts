// SPDX-License-Identifier: Apache-2.0
// A worker thread of crew.ts.

import { parentPort } from "node:worker_threads";
import type { WorkerMessage } from "./crew.ts";
import { LineJudge } from "./line.ts";
import { linesOf } from "./slices.ts";

const judge = new LineJudge();

async function answer(slice: Uint8Array): Promise<void> {
  const answers: string[] = [];
  for (const line of linesOf(slice)) answers.push(await judge.answer(line));
  post(answers);
}

function post(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

// A failure that is no answer ends the thread, and the crew sees it.
parentPort?.on("message", (slice: Uint8Array) => void answer(slice));
post("ready");
