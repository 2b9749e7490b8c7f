// SPDX-License-Identifier: Apache-2.0
// Alignment against the textbook: the longest common subsequence, computed in the slow way.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { concatBytes, encodeUtf8, portableHash } from "../kernel/index.ts";
import { alignLeaves } from "./align-leaves.ts";

const leaf = (value: number) => portableHash.sha256(encodeUtf8(`leaf ${value}`));
const join = (values: readonly number[]) => concatBytes(...values.map(leaf));
const align = (sealed: readonly number[], rows: readonly number[]) => [...alignLeaves(join(sealed), join(rows))];
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

function longestCommon(a: readonly number[], b: readonly number[]): number {
  let above = new Array<number>(b.length + 1).fill(0);
  for (const value of a) {
    const row = [0];
    for (const [i, other] of b.entries())
      row.push(value === other ? (above[i] as number) + 1 : Math.max(row[i] as number, above[i + 1] as number));
    above = row;
  }
  return above.at(-1) as number;
}

/** Every partner is an equal leaf, and partners keep their order. */
function requireAlignment(sealed: readonly number[], rows: readonly number[], aligned: readonly number[]): void {
  assert.equal(aligned.length, rows.length);
  let last = -1;
  for (const [row, position] of aligned.entries()) {
    if (position === -1) continue;
    assert.equal(sealed[position], rows[row]);
    assert.ok(position > last, `${position} after ${last}`);
    last = position;
  }
}

test("equal lists are aligned one to one, and with nothing there is nothing to align", () => {
  assert.deepEqual(align(upTo(10), upTo(10)), upTo(10));
  assert.deepEqual(align([], []), []);
  assert.deepEqual(align([], [1, 2]), [-1, -1]);
  assert.deepEqual(align([1, 2], []), []);
});

test("one list is the start, the end or the middle of the other", () => {
  assert.deepEqual(align(upTo(10), upTo(4)), upTo(4));
  assert.deepEqual(align(upTo(10), upTo(10).slice(6)), [6, 7, 8, 9]);
  assert.deepEqual(align(upTo(10), upTo(10).slice(3, 7)), [3, 4, 5, 6]);
  assert.deepEqual(align(upTo(10).slice(3, 7), upTo(10)), [-1, -1, -1, 0, 1, 2, 3, -1, -1, -1]);
});

test("hashes that share all but their last byte are different leaves", () => {
  const almost = leaf(1);
  almost[31] = (almost[31] as number) ^ 1;
  assert.deepEqual([...alignLeaves(leaf(1), almost)], [-1]);
  assert.deepEqual([...alignLeaves(join([1, 2]), concatBytes(almost, leaf(2)))], [-1, 1]);
});

test("as many rows as possible keep their partner, in lists of any values", () => {
  const lists = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 });
  fc.assert(
    fc.property(lists, lists, (sealed, rows) => {
      const aligned = align(sealed, rows);
      requireAlignment(sealed, rows, aligned);
      assert.equal(aligned.filter((position) => position !== -1).length, longestCommon(sealed, rows));
    }),
    { numRuns: 400 },
  );
});

test("where one record repeats beyond counting, an alignment still is one", () => {
  fc.assert(
    fc.property(fc.nat(400), fc.array(fc.nat(1), { maxLength: 300 }), (count, rows) => {
      const sealed = upTo(count).map((i) => i % 2);
      requireAlignment(sealed, rows, align(sealed, rows));
    }),
    { numRuns: 40 },
  );
});

test("leaves may lie anywhere in larger buffers", () => {
  const [sealed, rows] = [join(upTo(6)), join([0, 9, 2, 3, 5])];
  const shifted = (bytes: Uint8Array) => concatBytes(new Uint8Array(7), bytes, new Uint8Array(5)).subarray(7, -5);
  assert.deepEqual(alignLeaves(shifted(sealed), shifted(rows)), alignLeaves(sealed, rows));
});
