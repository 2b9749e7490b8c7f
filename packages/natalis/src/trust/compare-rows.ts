// SPDX-License-Identifier: Apache-2.0
// Which rows of a data set are the sealed ones: with the leaf hashes of what was sealed (authenticated by the seals'
// roots, RFC 9162 section 2.1.1) every single row is judged, and one moved row is one moved row.

import type { Hash } from "../kernel/index.ts";
import { alignLeaves } from "./align-leaves.ts";
import { trustError } from "./errors.ts";
import { LeafIndex } from "./leaf-index.ts";
import { leafLength } from "./record.ts";
import { type VerifiedSeal, verifyLeaves } from "./verify-seal.ts";

/** The place of a sealed record in its device's history. */
export interface SealedPosition {
  readonly epoch: number;
  readonly sequence: number;
  /** Which of the seals given speaks for it, from 0. */
  readonly seal: number;
}

export interface AlteredRow {
  readonly row: number;
  readonly sealed: SealedPosition;
}

export interface MissingRecord {
  readonly sealed: SealedPosition;
  /** The row before which it belongs; the number of rows means at the end. */
  readonly place: number;
}

export interface MovedRow extends MissingRecord {
  readonly row: number;
}

/** Rows are counted from 0. */
export interface RowComparison {
  readonly rows: number;
  readonly sealed: number;
  /** Rows that are sealed records in their sealed order. */
  readonly authentic: number;
  /** Rows that stand where a sealed record should, and are not it. */
  readonly altered: readonly AlteredRow[];
  /** Sealed records that are no row. */
  readonly missing: readonly MissingRecord[];
  /** Rows that are sealed records in another place than theirs. */
  readonly moved: readonly MovedRow[];
  /** Rows that no seal speaks for; the copy of a sealed record is one. */
  readonly added: readonly number[];
}

export interface RowsToCompare {
  /** In their order, as `verifySeals` gives them. */
  readonly seals: readonly VerifiedSeal[];
  /** Leaf hashes of what was sealed, joined in the order of the seals: the leaves file. */
  readonly sealedLeaves: Uint8Array;
  /** Leaf hashes of the rows as a consumer reads them, joined (`leavesOfRecords`). */
  readonly rowLeaves: Uint8Array;
  readonly hash: Hash;
}

/** A row or a sealed record without a partner, and how many rows in their order are before it. */
interface Leftover {
  readonly index: number;
  readonly kept: number;
}

/** @throws NAT_LEAVES_FORM, NAT_SEAL_COUNT, NAT_SEAL_ROOT where the sealed leaves are not those of the seals */
export function compareRows({ seals, sealedLeaves, rowLeaves, hash }: RowsToCompare): RowComparison {
  requireSealedLeaves(seals, sealedLeaves, hash);
  if (rowLeaves.length % leafLength !== 0) throw trustError("NAT_LEAVES_FORM", `${rowLeaves.length} bytes of rows`);
  const sealedOf = alignLeaves(sealedLeaves, rowLeaves);
  const keptRows = [...sealedOf.keys()].filter((row) => sealedOf[row] !== -1);
  const rows = leftRows(sealedOf);
  const sealed = leftSealed(sealedOf, keptRows, sealedLeaves.length / leafLength);
  const placeOf = ({ kept }: Leftover) => keptRows[kept] ?? sealedOf.length;
  const positionOf = positionFinder(seals);

  const moves = pairMoved(rows, rowLeaves, sealed, sealedLeaves);
  const movedRecords = new Set(moves.values());
  const still = pairInPlace(
    rows.filter((row) => !moves.has(row)),
    sealed.filter((record) => !movedRecords.has(record)),
  );
  return {
    rows: sealedOf.length,
    sealed: sealedLeaves.length / leafLength,
    authentic: keptRows.length,
    altered: still.altered.map(([row, record]) => ({ row: row.index, sealed: positionOf(record.index) })),
    missing: still.missing.map((record) => ({ sealed: positionOf(record.index), place: placeOf(record) })),
    moved: [...moves].map(([row, record]) => ({
      row: row.index,
      sealed: positionOf(record.index),
      place: placeOf(record),
    })),
    added: still.added.map((row) => row.index),
  };
}

/** Whether the rows are exactly the sealed records in their order. */
export function isIntact({ rows, sealed, authentic }: RowComparison): boolean {
  return rows === authentic && sealed === authentic;
}

function requireSealedLeaves(seals: readonly VerifiedSeal[], leaves: Uint8Array, hash: Hash): void {
  let start = 0;
  for (const verified of seals) {
    const end = start + verified.seal.count * leafLength;
    verifyLeaves(verified, leaves.subarray(start, end), hash);
    start = end;
  }
  if (start !== leaves.length) throw trustError("NAT_LEAVES_FORM", `${leaves.length} bytes of leaves, ${start} sealed`);
}

function leftRows(sealedOf: Int32Array): Leftover[] {
  const left: Leftover[] = [];
  let kept = 0;
  for (const [index, position] of sealedOf.entries()) {
    if (position === -1) left.push({ index, kept });
    else kept++;
  }
  return left;
}

function leftSealed(sealedOf: Int32Array, keptRows: readonly number[], count: number): Leftover[] {
  const left: Leftover[] = [];
  let kept = 0;
  for (let index = 0; index < count; index++) {
    const next = keptRows[kept];
    if (next !== undefined && sealedOf[next] === index) kept++;
    else left.push({ index, kept });
  }
  return left;
}

/** Rows out of their order whose record is missing at its place. */
function pairMoved(
  rows: readonly Leftover[],
  rowLeaves: Uint8Array,
  sealed: readonly Leftover[],
  sealedLeaves: Uint8Array,
): Map<Leftover, Leftover> {
  const missing = new Uint8Array(sealed.length * leafLength);
  for (const [i, { index }] of sealed.entries())
    missing.set(sealedLeaves.subarray(index * leafLength, (index + 1) * leafLength), i * leafLength);
  const index = new LeafIndex(missing);
  const taken = new Map<number, number>();
  const pairs = new Map<Leftover, Leftover>();
  for (const row of rows) {
    const positions = index.positionsOf(rowLeaves, row.index * leafLength);
    const used = taken.get(positions[0] ?? -1) ?? 0;
    const position = positions[used];
    if (position === undefined) continue;
    taken.set(positions[0] as number, used + 1);
    pairs.set(row, sealed[position] as Leftover);
  }
  return pairs;
}

/** What is left between the same two rows in order belongs together, one by one: a row that changed. */
function pairInPlace(rows: readonly Leftover[], sealed: readonly Leftover[]) {
  const altered: [row: Leftover, record: Leftover][] = [];
  const missing: Leftover[] = [];
  const added: Leftover[] = [];
  let next = 0;
  for (const row of rows) {
    while (next < sealed.length && (sealed[next] as Leftover).kept < row.kept) missing.push(sealed[next++] as Leftover);
    const record = sealed[next];
    if (record === undefined || record.kept > row.kept) added.push(row);
    else {
      altered.push([row, record]);
      next++;
    }
  }
  return { altered, missing: missing.concat(sealed.slice(next)), added };
}

/** Translates a position among all sealed records; positions are asked for in any order. */
function positionFinder(seals: readonly VerifiedSeal[]): (position: number) => SealedPosition {
  const starts: number[] = [];
  let end = 0;
  for (const { seal } of seals) {
    starts.push(end);
    end += seal.count;
  }
  return (position) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] as number) <= position) low = middle;
      else high = middle - 1;
    }
    const { epoch, first } = (seals[low] as VerifiedSeal).seal;
    return { epoch, sequence: first + position - (starts[low] as number), seal: low };
  };
}
