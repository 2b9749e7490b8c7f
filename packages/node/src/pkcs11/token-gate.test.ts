// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { TokenGate } from "./token-gate.ts";

test("many may be inside, and nobody while it is closed", () => {
  const gate = new TokenGate();
  assert.deepEqual([gate.enter(), gate.enter()], [true, true]);
  assert.equal(gate.close(1), false, "two are inside");
  assert.ok(gate.enter(), "a closing that failed leaves it open");
  for (let caller = 0; caller < 3; caller++) gate.leave();
  assert.ok(gate.close(1));
  assert.deepEqual([gate.enter(), gate.enter()], [false, false]);
  gate.open();
  assert.ok(gate.enter());
});

test("what is told as lost by many is lost once, for all threads", () => {
  const gate = new TokenGate();
  const other = new TokenGate(gate.memory);
  const seen = gate.generation;
  for (const one of [gate, other, gate]) one.lose(seen);
  assert.deepEqual([gate.generation, other.generation], [seen + 1, seen + 1]);
});

test("closing waits for a thread that is inside", async () => {
  const gate = new TokenGate();
  const source = `
    const { workerData: { memory, url }, parentPort } = require("node:worker_threads");
    import(url).then(({ TokenGate }) => {
      const gate = new TokenGate(memory);
      parentPort.postMessage(gate.enter());
      setTimeout(() => gate.leave(), 20);
    });`;
  const url = new URL("./token-gate.ts", import.meta.url).href;
  const worker = new Worker(source, { eval: true, workerData: { memory: gate.memory, url } });
  assert.equal(await new Promise((resolve) => worker.once("message", resolve)), true);
  assert.ok(gate.close(30_000));
  assert.equal(gate.enter(), false);
  await worker.terminate();
});
