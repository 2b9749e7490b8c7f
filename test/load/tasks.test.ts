// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { tasksOf } from "./tasks.ts";

test("every unit is in one task, a fifth of either maker's by itself", () => {
  for (const load of [
    { births: 100_000, openssl: 10_000 },
    { births: 1_201, openssl: 121 },
    { births: 10, openssl: 0 },
    { births: 10, openssl: 10 },
  ]) {
    const tasks = tasksOf(load);
    const units = tasks.flatMap(({ first, units: count }) => Array.from({ length: count }, (_, i) => first + i));
    assert.deepEqual(
      units.toSorted((a, b) => a - b),
      Array.from({ length: load.births }, (_, i) => i),
    );
    const sum = (maker: string, way: string) =>
      tasks.filter((task) => task.maker === maker && task.way === way).reduce((all, { units: some }) => all + some, 0);
    assert.equal(sum("openssl", "single"), Math.ceil(load.openssl / 5));
    assert.equal(sum("openssl", "single") + sum("openssl", "batch"), load.openssl);
    assert.equal(sum("sdk", "single"), Math.ceil((load.births - load.openssl) / 5));
  }
});

test("all kinds are under way from the beginning to the end", () => {
  const tasks = tasksOf({ births: 100_000, openssl: 10_000 });
  for (const part of [tasks.slice(0, tasks.length / 10), tasks.slice(-tasks.length / 10)])
    assert.equal(new Set(part.map(({ maker, way }) => `${maker} ${way}`)).size, 4);
});
