// SPDX-License-Identifier: Apache-2.0
// The thread that keeps the checkpoint outside the database: a new file, written, synced, given the name of the old one,
// and its folder synced. A start writes as well: what counts are writes after the first birth that is asked for.

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";
import { type MessagePort, parentPort, Worker } from "node:worker_threads";
import type { Pass, Step } from "./steps.ts";
import { type Call, wrap } from "./wrap.ts";

const temporary = /^checkpoint\.[0-9a-f]+\.tmp$/;
export const mirrorThread = "durable writes";

interface MarkedTask {
  readonly isAfterBirth?: boolean;
}

/** In the registrar's own thread. */
export function markMirrorWrites(isAfterBirth: () => boolean): void {
  wrap(Worker.prototype, "postMessage", (post, [task, ...words], worker) => {
    const isMirror = (worker as { threadName?: string | null }).threadName === mirrorThread;
    return post(isMirror ? { ...(task as object), isAfterBirth: isAfterBirth() } : task, ...words);
  });
}

export function watchMirrorThread(passed: Pass): void {
  const port = parentPort as MessagePort;
  let isAfterBirth = false;
  wrap(port, "on", (on, [event, listener]) =>
    on(event, (task: MarkedTask) => {
      isAfterBirth = task.isAfterBirth === true;
      (listener as Call)(task);
    }),
  );
  watchFiles((step: Step) => {
    if (isAfterBirth) passed(step);
  });
}

function watchFiles(pass: Pass): void {
  let file: unknown;
  let isRenamed = false;
  wrap(fs, "openSync", (open, words) => {
    const opened = open(...words);
    if (temporary.test(basename(String(words[0])))) {
      file = opened;
      pass("mirror begun");
    }
    return opened;
  });
  wrap(fs, "writeFileSync", (write, words) => {
    if (words[0] !== file) return write(...words);
    const [descriptor, bytes] = words as [number, Uint8Array];
    const half = Math.floor(bytes.length / 2);
    fs.writeSync(descriptor, bytes, 0, half);
    pass("mirror half written");
    return fs.writeSync(descriptor, bytes, half);
  });
  wrap(fs, "fsyncSync", (sync, words) => {
    sync(...words);
    if (words[0] === file) pass("mirror written");
    else if (isRenamed) {
      isRenamed = false;
      pass("mirror kept");
    }
  });
  wrap(fs, "renameSync", (rename, words) => {
    rename(...words);
    // Its number may be the folder's next.
    file = undefined;
    isRenamed = true;
    pass("mirror renamed");
  });
  syncBuiltinESMExports();
}
