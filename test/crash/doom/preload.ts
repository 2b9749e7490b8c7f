// SPDX-License-Identifier: Apache-2.0
// Loaded before a registrar, and before each of its threads: watches the calls by which they leave the program, and
// ends them at the one they are told to. Counts from the first birth that is asked for, so that a start passes nothing.

import { subscribe } from "node:diagnostics_channel";
import { writeSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { isMainThread, threadName } from "node:worker_threads";
import { watchAnswers } from "./answers.ts";
import { watchBirthThread } from "./birth-thread.ts";
import { watchCommitThread } from "./commit-thread.ts";
import { doomOf, lastWords } from "./doom.ts";
import { markMirrorWrites, mirrorThread, watchMirrorThread } from "./mirror.ts";
import { watchPostgres } from "./postgres.ts";
import type { Step } from "./steps.ts";
import { watchThreads } from "./threads.ts";

const doom = doomOf(import.meta.url);
let armed = !isMainThread;
let passings = 0;

function pass(step: Step): void {
  if (!armed || step !== doom.step) return;
  passings += 1;
  if (passings < doom.passing) return;
  writeSync(2, `${lastWords(doom)}\n`);
  if (doom.of === "process") process.kill(process.pid, "SIGKILL");
  else if (!isMainThread) process.exit(1);
}

if (threadName === "births") watchBirthThread(pass);
if (threadName === "commits") watchCommitThread(pass);
if (threadName === mirrorThread) watchMirrorThread(pass);
if (isMainThread) {
  subscribe("http.server.request.start", (message) => {
    const { method, url = "" } = (message as { request: IncomingMessage }).request;
    if (method !== "POST" || !url.startsWith("/births")) return;
    armed = true;
    pass("request heard");
  });
  watchThreads(pass);
  markMirrorWrites(() => armed);
  watchAnswers(pass);
  watchPostgres(pass);
}
