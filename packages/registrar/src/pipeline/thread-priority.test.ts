// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { getPriority } from "node:os";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { lessenPriority } from "./thread-priority.ts";

const source = `
  const { parentPort } = require("node:worker_threads");
  const { readlinkSync } = require("node:fs");
  const { getPriority } = require("node:os");
  import(${JSON.stringify(new URL("./thread-priority.ts", import.meta.url).href)}).then(({ lessenPriority }) => {
    const done = lessenPriority();
    const number = done ? Number(readlinkSync("/proc/thread-self").split("/").at(-1)) : undefined;
    parentPort.postMessage({ done, priority: number && getPriority(number) });
  });
`;

test("the thread that asks for it comes after the others of its process, and they stay as they were", async () => {
  const before = getPriority();
  const thread = new Worker(source, { eval: true });
  const [{ done, priority }] = (await once(thread, "message")) as [{ done: boolean; priority?: number }];
  await once(thread, "exit");
  assert.equal(done, process.platform === "linux");
  if (done) assert.equal(priority, 5);
  assert.equal(getPriority(), before);
});

test("where threads have no numbers nothing is done", () => {
  const before = getPriority();
  const absent = () => {
    throw new RangeError("no such file");
  };
  assert.equal(lessenPriority(absent), false);
  assert.equal(getPriority(), before);
});
