// SPDX-License-Identifier: Apache-2.0
// Where batches are found by their roots alone, against a search that compares the values themselves.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { rootOfLeaves } from "../formats/index.ts";
import { concatBytes, encodeUtf8, portableHash } from "../kernel/index.ts";
import { findBatches } from "./batch-places.ts";
import type { Seal } from "./seal.ts";
import { windowCost } from "./window-roots.ts";

const leaf = (value: number) => portableHash.sha256(encodeUtf8(`leaf ${value}`));
const join = (values: readonly number[]) => concatBytes(...values.map(leaf));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** A seal as far as the search looks at it. */
const sealOf = (values: readonly number[]): Seal => ({
  deviceId: new Uint8Array(16),
  epoch: 0,
  first: 0,
  count: values.length,
  earliest: 0,
  latest: 0,
  root: rootOfLeaves(values.map(leaf), portableHash),
  schema: "natalis-record-1",
});

function find(batches: readonly (readonly number[])[], rows: readonly number[], budget = 2 ** 25) {
  const search = { seals: batches.map(sealOf), rowLeaves: join(rows), hash: portableHash, budget };
  const { map, searchedAll } = findBatches(search);
  return { places: batches.map((_, batch) => map.placementOf(batch)), map, searchedAll };
}

const inChunks = (values: readonly number[], size: number) =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
const still = (row: number) => ({ row, moved: false });
const moved = (row: number) => ({ row, moved: true });

test("batches of different sizes that follow each other are all in place", () => {
  const batches = [upTo(3), [10], [20, 21, 22, 23, 24], [30, 31]];
  assert.deepEqual(find(batches, batches.flat()).places, [still(0), still(3), still(4), still(9)]);
});

test("no rows, no batches, or neither", () => {
  assert.deepEqual(find([[1, 2]], []).places, [undefined]);
  assert.deepEqual(find([], [1, 2]).places, []);
  assert.deepEqual(find([], []).places, []);
});

test("a batch longer than all rows is nowhere", () => {
  assert.deepEqual(find([upTo(9)], upTo(8)).places, [undefined]);
});

test("the order of the leaves in a batch counts", () => {
  assert.deepEqual(
    find(
      [
        [1, 2],
        [3, 4],
      ],
      [2, 1, 3, 4],
    ).places,
    [undefined, still(2)],
  );
});

test("two batches swapped: one kept its place, the other moved", () => {
  const { places } = find([[1, 2], [3, 4], [5], [6]], [3, 4, 1, 2, 5, 6]);
  assert.deepEqual(places.slice(2), [still(4), still(5)]);
  assert.deepEqual(
    places.slice(0, 2).map((place) => place?.row),
    [2, 0],
  );
  assert.equal(places.filter((place) => place?.moved).length, 1);
});

test("equal batches each take rows of their own", () => {
  const same = [7, 7];
  assert.deepEqual(find([same, same, same], [7, 7, 7, 7, 7, 7]).places, [still(0), still(2), still(4)]);
  const { places } = find([same, same, same], [7, 7, 0, 7, 7]);
  assert.deepEqual(
    places.filter((place) => place !== undefined).map((place) => place.row),
    [0, 3],
  );
});

test("a batch is found behind added rows, at its place among the others", () => {
  const batches = inChunks(upTo(12), 4);
  assert.deepEqual(find(batches, [99, ...upTo(12), 98]).places, [still(1), still(5), still(9)]);
  assert.deepEqual(find(batches, [...upTo(12).slice(4), 99, ...upTo(4)]).places, [moved(9), still(0), still(4)]);
});

test("the budget is counted before it is spent, by the sizes that are looked for", () => {
  const batches = inChunks(upTo(12), 4);
  const rows = [99, ...upTo(12), 98];
  const cost = windowCost(4) * rows.length;
  const enough = find(batches, rows, cost);
  assert.deepEqual([enough.searchedAll, enough.places], [true, [still(1), still(5), still(9)]]);
  const short = find(batches, rows, cost - 1);
  assert.deepEqual([short.searchedAll, short.places], [false, [undefined, undefined, undefined]]);
  assert.equal(find(batches, upTo(12), 0).searchedAll, true);
});

test("a batch has a place exactly where its values are, and no two batches share a row", () => {
  const sizes = fc.integer({ min: 1, max: 5 });
  const edits = fc.array(
    fc.record({ at: fc.nat(30), remove: fc.nat(2), add: fc.array(fc.nat(40), { maxLength: 2 }) }),
    {
      maxLength: 4,
    },
  );
  fc.assert(
    fc.property(sizes, edits, (size, changes) => {
      const batches = inChunks(upTo(30), size);
      const rows = upTo(30);
      for (const { at, remove, add } of changes) rows.splice(at, remove, ...add);
      const taken = new Set<number>();
      for (const [i, place] of find(batches, rows).places.entries()) {
        const values = batches[i] as readonly number[];
        const starts = rows.flatMap((_, row) => (values.every((value, k) => rows[row + k] === value) ? [row] : []));
        assert.equal(place !== undefined, starts.length > 0);
        if (place === undefined) continue;
        assert.ok(starts.includes(place.row));
        for (const k of values.keys()) {
          assert.ok(!taken.has(place.row + k), `row ${place.row + k} twice`);
          taken.add(place.row + k);
        }
      }
    }),
    { numRuns: 300 },
  );
});
