// SPDX-License-Identifier: Apache-2.0
// The thread that commits to SQLite: one transaction, row by row, and the word that it is done. A start commits as well:
// what counts are commits of births.

import { DatabaseSync, StatementSync } from "node:sqlite";
import { type MessagePort, parentPort } from "node:worker_threads";
import type { Pass, Step } from "./steps.ts";
import { wrap } from "./wrap.ts";

type Listener = (task: { readonly batch?: { readonly devices: readonly unknown[] } }) => void;

export function watchCommitThread(passed: Pass): void {
  const port = parentPort as MessagePort;
  let isOfBirths = false;
  const pass = (step: Step) => {
    if (isOfBirths) passed(step);
  };
  wrap(port, "on", (on, [event, listener]) => {
    const watching: Listener = (task) => {
      isOfBirths = (task.batch?.devices ?? []).length > 0;
      (listener as Listener)(task);
    };
    return on(event, watching);
  });
  wrap(port, "postMessage", (post, words) => {
    post(...words);
    pass("commit told");
  });
  watchTransactions(pass);
}

function watchTransactions(pass: Pass): void {
  wrap(DatabaseSync.prototype, "exec", (exec, [sql]) => {
    if (sql === "COMMIT") pass("rows written");
    exec(sql);
    if (sql === "BEGIN IMMEDIATE") pass("transaction begun");
    if (sql === "COMMIT") pass("committed");
  });
  wrap(StatementSync.prototype, "run", (run, values) => {
    const result = run(...values);
    pass("row written");
    return result;
  });
}
