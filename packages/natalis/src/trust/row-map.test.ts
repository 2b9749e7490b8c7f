// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { RowMap } from "./row-map.ts";
import type { Seal } from "./seal.ts";

const sealOf = (count: number): Seal => ({
  deviceId: new Uint8Array(16),
  epoch: 0,
  first: 0,
  count,
  earliest: 0,
  latest: 0,
  root: new Uint8Array(32),
  schema: "natalis-record-1",
});
const mapOf = (...counts: number[]) => new RowMap(counts.map(sealOf), 10);

test("no row belongs to two batches, and no batch has two places", () => {
  const map = mapOf(3, 3);
  map.place(0, 2, false);
  map.place(1, 4, false);
  assert.equal(map.placementOf(1), undefined, "row 4 is the first batch's");
  map.place(1, 5, true);
  map.place(1, 7, false);
  assert.deepEqual(map.placementOf(1), { row: 5, moved: true });
  assert.deepEqual(map.placementOf(0), { row: 2, moved: false });
});

test("free rows come as ranges between two rows", () => {
  const map = mapOf(2, 3);
  assert.deepEqual(map.freeRanges(0, 10), [{ row: 0, rows: 10 }]);
  map.place(0, 1, false);
  map.place(1, 6, false);
  assert.deepEqual(map.freeRanges(0, 10), [
    { row: 0, rows: 1 },
    { row: 3, rows: 3 },
    { row: 9, rows: 1 },
  ]);
  assert.deepEqual(map.freeRanges(2, 5), [{ row: 3, rows: 2 }]);
  assert.deepEqual(map.freeRanges(6, 9), []);
  assert.deepEqual(map.freeRanges(4, 4), []);
});
