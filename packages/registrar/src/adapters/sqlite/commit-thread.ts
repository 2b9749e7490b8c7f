// SPDX-License-Identifier: Apache-2.0
// The thread of threaded-commit-store.ts: a connection of its own that does nothing but commit.

import { parentPort, workerData } from "node:worker_threads";
import { isNatalisError } from "natalis/kernel";
import { SqliteCommitStore } from "./commit-store.ts";
import { openDatabase } from "./database.ts";
import type { CommitReply, CommitTask } from "./threaded-commit-store.ts";

const database = openDatabase(workerData as string);
const store = new SqliteCommitStore(database);

parentPort?.on("message", (task: CommitTask) => {
  if (task === "close") {
    database.close();
    parentPort?.close();
  } else parentPort?.postMessage(commit(task));
});

function commit(batch: Exclude<CommitTask, "close">): CommitReply {
  try {
    store.commit(batch);
    return "committed";
  } catch (error) {
    if (!isNatalisError(error))
      return { what: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    const { code, detail, message } = error;
    return { code, meaning: message.slice(0, message.indexOf(` [${code}]`)), detail };
  }
}
