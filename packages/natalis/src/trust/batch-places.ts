// SPDX-License-Identifier: Apache-2.0
// Where in a data set each sealed batch is, by its root alone. From both ends the batches simply follow each other;
// between the first and the last that is not where it should be, every place is tried (`window-roots.ts`).

import { rootOfLeaves } from "../formats/index.ts";
import { equalBytes, type Hash } from "../kernel/index.ts";
import { LeafIndex } from "./leaf-index.ts";
import { matchInOrder } from "./match-in-order.ts";
import { leafLength, splitLeaves } from "./record.ts";
import { RowMap } from "./row-map.ts";
import type { Seal } from "./seal.ts";
import { windowCost, windowRoots } from "./window-roots.ts";

export interface BatchSearch {
  readonly seals: readonly Seal[];
  readonly rowLeaves: Uint8Array;
  readonly hash: Hash;
  /** Hashes that may be spent on trying every place. */
  readonly budget: number;
}

export interface BatchPlaces {
  readonly map: RowMap;
  /** False where the budget ended the search. */
  readonly searchedAll: boolean;
}

/** A batch, and the row at which it should start. */
interface Corner {
  readonly batch: number;
  readonly row: number;
}

/** Places remembered for one root: only data that repeats itself has more than one. */
const placesKept = 64;

export function findBatches(search: BatchSearch): BatchPlaces {
  const map = new RowMap(search.seals, search.rowLeaves.length / leafLength);
  const head = walkForward(search, map);
  const tail = walkBackward(search, map, head);
  const { places, searchedAll } = searchBetween(search, head, tail);
  const inOrder = matchInOrder(places.length, (batch) => places[batch] as readonly number[]);
  for (const [batch, row] of inOrder.entries()) if (row >= 0) map.place(head.batch + batch, row, false);
  for (const [batch, rows] of places.entries()) for (const row of rows) map.place(head.batch + batch, row, true);
  return { map, searchedAll };
}

function walkForward(search: BatchSearch, map: RowMap): Corner {
  let row = 0;
  for (const [batch, seal] of search.seals.entries()) {
    if (!isBatchAt(search, seal, row)) return { batch, row };
    map.place(batch, row, false);
    row += seal.count;
  }
  return { batch: search.seals.length, row };
}

/** Answers the corner after the last batch that is still looked for. */
function walkBackward(search: BatchSearch, map: RowMap, head: Corner): Corner {
  let row = search.rowLeaves.length / leafLength;
  for (let batch = search.seals.length; batch > head.batch; batch--) {
    const seal = search.seals[batch - 1] as Seal;
    const start = row - seal.count;
    if (start < head.row || !isBatchAt(search, seal, start)) return { batch, row };
    map.place(batch - 1, start, false);
    row = start;
  }
  return { batch: head.batch, row };
}

function isBatchAt({ rowLeaves, hash }: BatchSearch, seal: Seal, row: number): boolean {
  const leaves = rowLeaves.subarray(row * leafLength, (row + seal.count) * leafLength);
  if (leaves.length !== seal.count * leafLength) return false;
  return equalBytes(rootOfLeaves(splitLeaves(leaves), hash), seal.root);
}

/** The rows at which each batch between the corners is found, by batch from the first corner on. */
function searchBetween({ seals, rowLeaves, hash, budget }: BatchSearch, head: Corner, tail: Corner) {
  const rows = rowLeaves.subarray(head.row * leafLength, tail.row * leafLength);
  const batches = seals.slice(head.batch, tail.batch);
  const places = batches.map((): readonly number[] => []);
  let left = budget;
  for (const count of new Set(batches.map((seal) => seal.count))) {
    left -= (windowCost(count) * rows.length) / leafLength;
    if (left < 0) break;
    const ofCount = [...batches.keys()].filter((batch) => batches[batch]?.count === count);
    const roots = ofCount.map((batch) => (batches[batch] as Seal).root);
    const found = placesOfRoots(windowRoots(rows, count, hash), roots);
    for (const [i, batch] of ofCount.entries()) places[batch] = (found[i] as number[]).map((row) => head.row + row);
  }
  return { places, searchedAll: left >= 0 };
}

function placesOfRoots(windows: Uint8Array, roots: readonly Uint8Array[]): number[][] {
  const joined = new Uint8Array(roots.length * leafLength);
  for (const [i, root] of roots.entries()) joined.set(root, i * leafLength);
  const index = new LeafIndex(joined);
  const found = roots.map((): number[] => []);
  for (let row = 0; row < windows.length / leafLength; row++) {
    const [first] = index.positionsOf(windows, row * leafLength);
    const rows = first === undefined ? undefined : found[first];
    if (rows !== undefined && rows.length < placesKept) rows.push(row);
  }
  return roots.map((_, i) => found[index.positionsOf(joined, i * leafLength)[0] as number] as number[]);
}
