// SPDX-License-Identifier: Apache-2.0
// Lays two long lists of leaf hashes side by side, and says which of the one are which of the other in the same order.

import { LeafIndex } from "./leaf-index.ts";
import { matchInOrder } from "./match-in-order.ts";
import { leafLength } from "./record.ts";

/** Equal records are told apart by their order; where there are many, so many to either side are tried. */
const repeatsTried = 32;

/**
 * For each row the sealed position whose record and order it keeps, or -1; as many as possible are kept.
 * @param sealed authenticated leaf hashes, joined
 * @param rows leaf hashes of the rows, joined
 */
export function alignLeaves(sealed: Uint8Array, rows: Uint8Array): Int32Array {
  const [sealedCount, rowCount] = [sealed.length / leafLength, rows.length / leafLength];
  const head = equalAtStart(sealed, rows);
  const tail = equalAtEnd(sealed.subarray(head * leafLength), rows.subarray(head * leafLength));
  const middle = matchMiddle(
    sealed.subarray(head * leafLength, (sealedCount - tail) * leafLength),
    rows.subarray(head * leafLength, (rowCount - tail) * leafLength),
  );
  return Int32Array.from({ length: rowCount }, (_, row) => {
    if (row < head) return row;
    if (row >= rowCount - tail) return row + sealedCount - rowCount;
    const position = middle[row - head] as number;
    return position < 0 ? -1 : head + position;
  });
}

function equalAtStart(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return Math.floor(length / leafLength);
}

function equalAtEnd(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[a.length - 1 - length] === b[b.length - 1 - length]) length++;
  return Math.floor(length / leafLength);
}

function matchMiddle(sealed: Uint8Array, rows: Uint8Array): Int32Array {
  const index = new LeafIndex(sealed);
  const occurrences = new Map<number, number>();
  return matchInOrder(rows.length / leafLength, (row) => {
    const positions = index.positionsOf(rows, row * leafLength);
    if (positions.length < 2) return positions;
    const first = positions[0] as number;
    const occurrence = occurrences.get(first) ?? 0;
    occurrences.set(first, occurrence + 1);
    const from = Math.min(occurrence, positions.length - 1) - repeatsTried;
    return positions.slice(Math.max(0, from), from + 2 * repeatsTried + 1);
  });
}
