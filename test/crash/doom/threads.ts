// SPDX-License-Identifier: Apache-2.0
// The registrar's own thread: what it hands to its other threads, what it hears of them, and how it signs checkpoints.

import crypto, { type KeyObject } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { Worker } from "node:worker_threads";
import type { Pass, Step } from "./steps.ts";
import { type Call, wrap } from "./wrap.ts";

const handed: Readonly<Record<string, Step>> = {
  births: "births handed to a thread",
  commits: "commit handed to its thread",
};
const heard: Readonly<Record<string, Step>> = { births: "signed births heard", commits: "commit heard" };

export function watchThreads(pass: Pass): void {
  wrap(Worker.prototype, "postMessage", (post, words, worker) => {
    post(...words);
    const step = handed[nameOf(worker)];
    if (step !== undefined) pass(step);
  });
  wrap(Worker.prototype, "on", (on, [event, listener], worker) => {
    const step = event === "message" ? heard[nameOf(worker)] : undefined;
    if (step === undefined) return on(event, listener);
    return on(event, (...words: unknown[]) => {
      pass(step);
      (listener as Call)(...words);
    });
  });
  watchSignatures(pass);
}

/** A checkpoint has two signatures: the log's Ed25519 key makes the first, and no other Ed25519 key is here. */
function watchSignatures(pass: Pass): void {
  let isHalf = false;
  wrap(crypto, "sign", (sign, words) => {
    const signature = sign(...words);
    const isFirst = (words[2] as KeyObject).asymmetricKeyType === "ed25519";
    if (isFirst) pass("checkpoint half signed");
    else if (isHalf) pass("checkpoint signed");
    isHalf = isFirst;
    return signature;
  });
  syncBuiltinESMExports();
}

function nameOf(worker: Worker): string {
  return (worker as { threadName?: string | null }).threadName ?? "";
}
