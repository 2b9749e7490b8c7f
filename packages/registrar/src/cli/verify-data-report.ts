// SPDX-License-Identifier: Apache-2.0
// The findings of verify-data in words, by the lines of the file; long runs are cut, and say so.

import type { BatchComparison, RowComparison, SealFinding } from "natalis/trust";

const mostLines = 50;

export function* describeRows(found: RowComparison, lines: readonly number[]): Generator<string> {
  yield `rows: ${found.rows}, sealed: ${found.sealed}, authentic: ${found.authentic}`;
  yield `altered: ${found.altered.length}, missing: ${found.missing.length}, moved: ${found.moved.length}, added: ${found.added.length}`;
  yield* capped(found.altered, ({ row, sealed }) => `altered: line ${lines[row]} (sequence ${sealed.sequence})`);
  yield* capped(found.missing, ({ sealed, place }) => `missing: sequence ${sealed.sequence}, ${before(lines, place)}`);
  yield* capped(
    found.moved,
    ({ row, sealed, place }) =>
      `moved: line ${lines[row]} (sequence ${sealed.sequence}) belongs ${before(lines, place)}`,
  );
  yield* capped(found.added, (row) => `added: line ${lines[row]}`);
}

export function* describeBatches(found: BatchComparison, lines: readonly number[]): Generator<string> {
  const authentic = found.batches.filter(({ kind }) => kind === "authentic");
  yield `rows: ${found.rows}, sealed: ${found.sealed}, batches: ${found.batches.length}, authentic: ${authentic.length}`;
  const others = found.batches.filter(({ kind }) => kind !== "authentic");
  yield* capped(others, ({ kind, seal, row, rows }) =>
    rows === 0 ? `${kind}: batch ${seal}, ${before(lines, row)}` : `${kind}: batch ${seal}, ${range(lines, row, rows)}`,
  );
  yield* capped(found.unsealed, ({ row, rows }) => `of no authentic batch: ${range(lines, row, rows)}`);
  if (!found.searchedAll) yield "the search for displaced batches stopped at its budget";
}

export function describeFinding(finding: SealFinding): string {
  switch (finding.kind) {
    case "invalid":
      return `seal ${finding.index}: ${finding.error.message}`;
    case "repeated":
      return `seal ${finding.index}: repeats an earlier one`;
    case "gap":
      return `no seal for epoch ${finding.epoch}, sequence ${finding.from} to ${finding.to}`;
    case "missing-epochs":
      return `no seal of epochs ${finding.from} to ${finding.to}`;
    case "fork":
      return `fork in epoch ${finding.epoch} at sequence ${finding.first}: ${finding.because}`;
  }
}

function* capped<T>(items: readonly T[], describe: (item: T) => string): Generator<string> {
  for (const item of items.slice(0, mostLines)) yield describe(item);
  if (items.length > mostLines) yield `... and ${items.length - mostLines} more`;
}

function before(lines: readonly number[], place: number): string {
  const line = lines[place];
  return line === undefined ? "at the end" : `before line ${line}`;
}

function range(lines: readonly number[], row: number, rows: number): string {
  return rows === 1 ? `line ${lines[row]}` : `lines ${lines[row]} to ${lines[row + rows - 1]}`;
}
