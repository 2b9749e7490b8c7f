// SPDX-License-Identifier: Apache-2.0
// The thread of durable-writer.ts: writes one file after the other, each whole and durably before it says so.

import { parentPort } from "node:worker_threads";
import { writeFileDurablySync } from "./durable-file.ts";
import type { WriteReply, WriteTask } from "./durable-writer.ts";

parentPort?.on("message", (task: WriteTask) => parentPort?.postMessage(replyTo(task)));

function replyTo({ path, bytes, mode }: WriteTask): WriteReply {
  try {
    writeFileDurablySync(path, bytes, mode);
    return undefined;
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return { message, code };
  }
}
