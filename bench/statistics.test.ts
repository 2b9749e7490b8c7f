// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { median, quantile } from "./statistics.ts";

test("the median is the middle value, or the mean of the two in the middle", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([7]), 7);
  assert.ok(Number.isNaN(median([])));
});

test("numbers are ordered by size, not as text", () => {
  assert.equal(median([10, 9, 100]), 10);
  assert.equal(quantile([10, 9, 100], 0.99), 100);
});

test("a quantile is the value at its nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.deepEqual(
    [0, 0.01, 0.5, 0.99, 1].map((share) => quantile(hundred, share)),
    [1, 1, 50, 99, 100],
  );
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test("half of the values are not above the median; the order in which they come does not matter", () => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(values, (given) => {
      const copy = [...given];
      const middle = median(given);
      assert.ok(2 * given.filter((value) => value <= middle).length >= given.length);
      assert.ok(2 * given.filter((value) => value >= middle).length >= given.length);
      assert.equal(median(given.toReversed()), middle);
      assert.deepEqual(given, copy);
    }),
  );
});
