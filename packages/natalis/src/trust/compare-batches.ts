// SPDX-License-Identifier: Apache-2.0
// Which batches of a data set are the sealed ones, where the leaf hashes of what was sealed are not at hand: a root
// (RFC 9162 section 2.1.1) speaks for its batch as a whole. A dropped row costs its own batch and no other, and a batch
// that was moved is found where it is.

import type { Hash } from "../kernel/index.ts";
import { findBatches } from "./batch-places.ts";
import { trustError } from "./errors.ts";
import { leafLength } from "./record.ts";
import type { RowMap, RowRange } from "./row-map.ts";
import type { Seal } from "./seal.ts";
import type { VerifiedSeal } from "./verify-seal.ts";

/** What became of one sealed batch; `seal` says which of the seals given, from 0. */
export type ComparedBatch =
  | { readonly kind: "authentic" | "moved"; readonly seal: number; readonly row: number; readonly rows: number }
  /** At least one of these rows is not as it was sealed, or one is missing among them or too many. */
  | { readonly kind: "altered"; readonly seal: number; readonly row: number; readonly rows: number }
  /** No row is left at the batch's place, which is before this row. */
  | { readonly kind: "missing"; readonly seal: number; readonly row: number; readonly rows: 0 };

export interface BatchComparison {
  readonly rows: number;
  readonly sealed: number;
  /** One for each seal, in their order. */
  readonly batches: readonly ComparedBatch[];
  /** Rows of no authentic or moved batch. */
  readonly unsealed: readonly RowRange[];
  /** False where the search stopped at its budget: what is called altered or missing may then be somewhere else. */
  readonly searchedAll: boolean;
}

export interface BatchesToCompare {
  /** In their order, as `verifySeals` gives them. */
  readonly seals: readonly VerifiedSeal[];
  /** Leaf hashes of the rows as a consumer reads them, joined (`leavesOfRecords`). */
  readonly rowLeaves: Uint8Array;
  readonly hash: Hash;
  /** Hashes that looking for displaced batches may cost; default 2^25, which takes some seconds. */
  readonly budget?: number;
}

const defaultBudget = 2 ** 25;

/** @throws NAT_LEAVES_FORM */
export function compareBatches({ seals, rowLeaves, hash, budget = defaultBudget }: BatchesToCompare): BatchComparison {
  if (rowLeaves.length % leafLength !== 0) throw trustError("NAT_LEAVES_FORM", `${rowLeaves.length} bytes of rows`);
  const statements = seals.map(({ seal }) => seal);
  const { map, searchedAll } = findBatches({ seals: statements, rowLeaves, hash, budget });
  return {
    rows: map.rows,
    sealed: statements.reduce((sum, { count }) => sum + count, 0),
    batches: describe(statements, map),
    unsealed: map.freeRanges(0, map.rows),
    searchedAll,
  };
}

function describe(seals: readonly Seal[], map: RowMap): ComparedBatch[] {
  const batches: ComparedBatch[] = [];
  let lost: number[] = [];
  let end = 0;
  for (const [seal, { count }] of seals.entries()) {
    const placement = map.placementOf(seal);
    if (placement === undefined) {
      lost.push(seal);
    } else if (placement.moved) {
      batches[seal] = { kind: "moved", seal, row: placement.row, rows: count };
    } else {
      for (const batch of share(lost, seals, map, end, placement.row)) batches[batch.seal] = batch;
      batches[seal] = { kind: "authentic", seal, row: placement.row, rows: count };
      lost = [];
      end = placement.row + count;
    }
  }
  for (const batch of share(lost, seals, map, end, map.rows)) batches[batch.seal] = batch;
  return batches;
}

/** Shares the rows that are left between two batches in order out among the lost batches between them. */
function share(
  lost: readonly number[],
  seals: readonly Seal[],
  map: RowMap,
  from: number,
  to: number,
): ComparedBatch[] {
  const free = map.freeRanges(from, to).flatMap(({ row, rows }) => Array.from({ length: rows }, (_, i) => row + i));
  let next = 0;
  return lost.map((seal, i): ComparedBatch => {
    const row = free[next] ?? to;
    const rows = Math.min(free.length - next, i === lost.length - 1 ? free.length : (seals[seal] as Seal).count);
    next += rows;
    return rows === 0 ? { kind: "missing", seal, row, rows } : { kind: "altered", seal, row, rows };
  });
}
