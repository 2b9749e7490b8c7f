// SPDX-License-Identifier: Apache-2.0
// The registrar's own thread: what it hands to its other threads, what it hears of them, and how it signs checkpoints.

import crypto, { type KeyObject } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { Worker } from "node:worker_threads";
import type { Pass, Step } from "./steps.ts";

const handed: Readonly<Record<string, Step>> = {
  births: "births handed to a thread",
  commits: "commit handed to its thread",
};
const heard: Readonly<Record<string, Step>> = { births: "signed births heard", commits: "commit heard" };

export function watchThreads(pass: Pass): void {
  const { postMessage, on } = Worker.prototype;
  const tell = (step: Step | undefined) => step !== undefined && pass(step);
  Worker.prototype.postMessage = function watched(this: Worker, ...words: Parameters<Worker["postMessage"]>) {
    postMessage.apply(this, words);
    tell(handed[nameOf(this)]);
  };
  Worker.prototype.on = function watched(this: Worker, event: string, listener: (...words: unknown[]) => void) {
    const step = event === "message" ? heard[nameOf(this)] : undefined;
    if (step === undefined) return on.call(this, event, listener);
    const watching = (...words: unknown[]) => {
      pass(step);
      listener(...words);
    };
    return on.call(this, event, watching);
  } as Worker["on"];
  watchSignatures(pass);
}

/** A checkpoint has two signatures: the log's Ed25519 key makes the first, and no other Ed25519 key is here. */
function watchSignatures(pass: Pass): void {
  const sign = crypto.sign as (algorithm: unknown, data: unknown, key: KeyObject) => Buffer;
  let isHalf = false;
  Object.assign(crypto, {
    sign(algorithm: unknown, data: unknown, key: KeyObject) {
      const signature = sign(algorithm, data, key);
      const isFirst = key.asymmetricKeyType === "ed25519";
      if (isFirst) pass("checkpoint half signed");
      else if (isHalf) pass("checkpoint signed");
      isHalf = isFirst;
      return signature;
    },
  });
  syncBuiltinESMExports();
}

function nameOf(worker: Worker): string {
  return (worker as { threadName?: string | null }).threadName ?? "";
}
