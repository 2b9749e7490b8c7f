// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { addTimes, threadTimesOf, timesSince } from "./instruments.ts";

test("a process that works has worked for longer afterwards, in the thread that did it", () => {
  const before = threadTimesOf(process.pid);
  const { user } = process.cpuUsage();
  while (process.cpuUsage().user - user < 20_000) performance.now();
  const since = timesSince(before, threadTimesOf(process.pid));
  const [[name, milliseconds] = ["", 0]] = Object.entries(since).toSorted(([, a], [, b]) => b - a);
  assert.ok(name.length > 0);
  assert.ok(milliseconds >= 10, `${milliseconds}`);
});

test("a thread that has ended is nothing, and names are added up", () => {
  assert.deepEqual(timesSince({ a: 5, b: 9 }, { a: 7, b: 4, c: 1 }), { a: 2, b: 0, c: 1 });
  assert.deepEqual(addTimes([{ a: 1 }, { a: 2, b: 3 }, {}]), { a: 3, b: 3 });
});
