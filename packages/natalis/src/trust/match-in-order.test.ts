// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { matchInOrder } from "./match-in-order.ts";

const match = (places: readonly (readonly number[])[]) => [
  ...matchInOrder(places.length, (item) => places[item] as readonly number[]),
];

test("one moved item is one item, wherever it went", () => {
  assert.deepEqual(match([[0], [4], [1], [2], [3], [5]]), [0, -1, 1, 2, 3, 5]);
  assert.deepEqual(match([[1], [2], [3], [0]]), [1, 2, 3, -1]);
});

test("nothing to match", () => {
  assert.deepEqual(match([]), []);
  assert.deepEqual(match([[], []]), [-1, -1]);
});

test("an item takes one place, and a place one item", () => {
  assert.deepEqual(match([[0, 1, 2]]).filter((place) => place >= 0).length, 1);
  assert.deepEqual(match([[0], [0], [0]]).filter((place) => place === 0).length, 1);
  assert.deepEqual(
    match([
      [0, 1],
      [0, 1],
    ]),
    [0, 1],
  );
});

test("as many items as possible keep their order", () => {
  const letters = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 12 });
  fc.assert(
    fc.property(letters, letters, (a, b) => {
      const matched = match(a.map((letter) => [...b.keys()].filter((place) => b[place] === letter)));
      const kept = matched.filter((place) => place >= 0);
      assert.deepEqual(
        kept,
        [...new Set(kept)].toSorted((x, y) => x - y),
      );
      for (const [item, place] of matched.entries()) if (place >= 0) assert.equal(a[item], b[place]);
      assert.equal(kept.length, longestCommonSubsequence(a, b));
    }),
    { numRuns: 500 },
  );
});

function longestCommonSubsequence(a: readonly number[], b: readonly number[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const letter of a) {
    const next = [0];
    for (const [i, other] of b.entries())
      next.push(letter === other ? (row[i] as number) + 1 : Math.max(row[i + 1] as number, next[i] as number));
    row = next;
  }
  return row[b.length] as number;
}
