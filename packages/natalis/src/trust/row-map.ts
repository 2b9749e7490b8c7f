// SPDX-License-Identifier: Apache-2.0
// Which rows of a data set belong to which sealed batch. No row belongs to two.

import type { Seal } from "./seal.ts";

export interface RowRange {
  /** The first row, counted from 0. */
  readonly row: number;
  /** How many. */
  readonly rows: number;
}

interface Placement {
  readonly row: number;
  readonly moved: boolean;
}

export class RowMap {
  readonly rows: number;
  readonly #seals: readonly Seal[];
  readonly #placements: (Placement | undefined)[];
  readonly #taken: Uint8Array;

  constructor(seals: readonly Seal[], rows: number) {
    this.rows = rows;
    this.#seals = seals;
    this.#placements = seals.map(() => undefined);
    this.#taken = new Uint8Array(rows);
  }

  /** Gives the batch its rows, unless it has some already or one of them is taken. */
  place(batch: number, row: number, moved: boolean): void {
    const end = row + (this.#seals[batch] as Seal).count;
    if (this.#placements[batch] !== undefined || this.#taken.subarray(row, end).includes(1)) return;
    this.#placements[batch] = { row, moved };
    this.#taken.fill(1, row, end);
  }

  placementOf(batch: number): Placement | undefined {
    return this.#placements[batch];
  }

  /** Rows of no batch, from one row up to another. */
  freeRanges(from: number, to: number): RowRange[] {
    const ranges: RowRange[] = [];
    for (let row = from; row < to; ) {
      const taken = this.#taken[row];
      let end = row + 1;
      while (end < to && this.#taken[end] === taken) end++;
      if (taken === 0) ranges.push({ row, rows: end - row });
      row = end;
    }
    return ranges;
  }
}
