// SPDX-License-Identifier: Apache-2.0
// The thread of threaded-commit-store.ts: a connection of its own that does nothing but commit and change lists.

import { parentPort, workerData } from "node:worker_threads";
import { isNatalisError } from "natalis/kernel";
import { SqliteCommitStore } from "./commit-store.ts";
import { openDatabase } from "./database.ts";
import { SqliteExpectationWriter } from "./expectation-store.ts";
import type { CommitReply, CommitTask } from "./threaded-commit-store.ts";

const database = openDatabase(workerData as string);
const store = new SqliteCommitStore(database);
const expectations = new SqliteExpectationWriter(database);

parentPort?.on("message", (task: CommitTask) => {
  if (task.kind === "close") {
    database.close();
    parentPort?.close();
  } else parentPort?.postMessage(replyTo(task));
});

function replyTo(task: Exclude<CommitTask, { kind: "close" }>): CommitReply {
  try {
    return { done: resultOf(task) };
  } catch (error) {
    if (!isNatalisError(error))
      return { what: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    const { code, detail, message } = error;
    return { code, meaning: message.slice(0, message.indexOf(` [${code}]`)), detail };
  }
}

function resultOf(task: Exclude<CommitTask, { kind: "close" }>): unknown {
  switch (task.kind) {
    case "commit":
      return store.commit(task.batch);
    case "expect":
      return expectations.expect(task.product, task.units);
    case "withdraw":
      return expectations.withdraw(task.product, task.serials);
  }
}
