// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { fewestRows, tamper } from "./tamper.ts";

function rowsOf(text: string): string[] {
  return text.trimEnd().split("\n").slice(1);
}

function data(count: number, value: (i: number) => number | string = (i) => i): string {
  const rows = Array.from(
    { length: count },
    (_, i) => `2026-01-01T00:00:${String(i % 60).padStart(2, "0")}Z,${value(i)}`,
  );
  return ["timestamp,value", ...rows].join("\n");
}

for (const count of [fewestRows, 13, 48, 1000])
  test(`of ${count} rows one is changed, one dropped and one moved`, () => {
    const before = rowsOf(data(count));
    const after = rowsOf(tamper(data(count)).text);
    const missing = before.filter((row) => !after.includes(row));
    assert.equal(after.length, count - 1);
    assert.equal(missing.length, 2, "the changed and the dropped one");
    const kept = after.filter((row) => before.includes(row));
    const displaced = kept.filter((row, i) => i > 0 && before.indexOf(row) < before.indexOf(kept[i - 1] as string));
    assert.equal(displaced.length, 1);
  });

test("what is told is what was done, by the lines of the original", () => {
  const { text, told } = tamper(data(fewestRows));
  const after = rowsOf(text).map((row) => row.split(",")[1]);
  assert.deepEqual(after, ["0", "1", "2", "3.03", "4", "5", "8", "9", "10", "7", "11"]);
  assert.deepEqual(told, ["value of line 5 changed", "line 8 dropped", "line 9 moved behind line 12"]);
});

test("a value of any size, and in quotes, becomes another one", () => {
  for (const value of [0, -1, 1e300, -1e-300, 12_345_678_901_234, '"7"']) {
    const after = rowsOf(tamper(data(fewestRows, () => value)).text).map((row) => row.split(",")[1]);
    const others = after.filter((found) => found !== String(value));
    assert.equal(others.length, 1, String(value));
    assert.ok(Number.isFinite(Number(others[0])));
  }
});
