// SPDX-License-Identifier: Apache-2.0
// The thread that commits to SQLite: one transaction, row by row, and the word that it is done. A start commits as well:
// what counts are commits of births.

import { DatabaseSync, StatementSync } from "node:sqlite";
import { parentPort } from "node:worker_threads";
import type { Pass, Step } from "./steps.ts";

interface Port {
  on(event: string, listener: (task: { readonly devices?: readonly unknown[] }) => void): unknown;
  postMessage(message: unknown): void;
}

export function watchCommitThread(passed: Pass): void {
  const port = parentPort as unknown as Port;
  const [on, post] = [port.on.bind(port), port.postMessage.bind(port)];
  let isOfBirths = false;
  const pass = (step: Step) => isOfBirths && passed(step);
  port.on = (event, listener) =>
    on(event, (task) => {
      isOfBirths = (task.devices ?? []).length > 0;
      listener(task);
    });
  port.postMessage = (message) => {
    post(message);
    pass("commit told");
  };
  watchTransactions(pass);
}

function watchTransactions(pass: (step: Step) => unknown): void {
  const { exec } = DatabaseSync.prototype;
  const run = StatementSync.prototype.run as (...values: unknown[]) => unknown;
  DatabaseSync.prototype.exec = function watched(this: DatabaseSync, sql: string) {
    if (sql === "COMMIT") pass("rows written");
    exec.call(this, sql);
    if (sql === "BEGIN IMMEDIATE") pass("transaction begun");
    if (sql === "COMMIT") pass("committed");
  };
  StatementSync.prototype.run = function watched(this: StatementSync, ...values: unknown[]) {
    const result = run.apply(this, values);
    pass("row written");
    return result as never;
  };
}
