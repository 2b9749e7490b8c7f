// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { tileNumber } from "./tile-number.ts";

test("no two tiles share a number, at the ends of every level", () => {
  const numbers = [0, 1, 2, 3, 4, 5, 6].flatMap((level) =>
    [0, 1, 2 ** 45 - 1, 2 ** 45].map((index) => tileNumber({ level, index })),
  );
  assert.equal(new Set(numbers).size, numbers.length);
  assert.ok(numbers.every(Number.isSafeInteger));
  assert.deepEqual(
    numbers.toSorted((a, b) => a - b),
    numbers,
  );
});
