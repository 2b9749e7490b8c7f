// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { NatalisError } from "natalis/kernel";
import type { BatchComparison, RowComparison, SealFinding } from "natalis/trust";
import { describeBatches, describeFinding, describeRows } from "./verify-data-report.ts";

/** The header is line 1, so row 0 is line 2. */
const lines = Array.from({ length: 200 }, (_, row) => row + 2);
const intact: RowComparison = { rows: 5, sealed: 5, authentic: 5, altered: [], missing: [], moved: [], added: [] };
const sealed = { seal: 0, sequence: 40 };

test("an intact data set takes two lines", () => {
  assert.deepEqual(
    [...describeRows(intact, lines)],
    ["rows: 5, sealed: 5, authentic: 5", "altered: 0, missing: 0, moved: 0, added: 0"],
  );
});

test("every finding names the line of the file", () => {
  const found = {
    ...intact,
    altered: [{ row: 3, sealed }],
    missing: [
      { sealed, place: 7 },
      { sealed, place: 200 },
    ],
    moved: [{ row: 1, sealed, place: 9 }],
    added: [4],
  } as unknown as RowComparison;
  assert.deepEqual([...describeRows(found, lines)].slice(2), [
    "altered: line 5 (sequence 40)",
    "missing: sequence 40, before line 9",
    "missing: sequence 40, at the end",
    "moved: line 3 (sequence 40) belongs before line 11",
    "added: line 6",
  ]);
});

test("long lists are cut and say so", () => {
  const told = [...describeRows({ ...intact, added: lines.map((_, row) => row) }, lines)];
  assert.equal(told.length, 2 + 50 + 1);
  assert.equal(told.at(-1), "... and 150 more");
});

test("batches are told by the lines that they span", () => {
  const found = {
    rows: 5,
    sealed: 6,
    batches: [
      { kind: "authentic", seal: 0, row: 0, rows: 2 },
      { kind: "altered", seal: 1, row: 2, rows: 2 },
      { kind: "moved", seal: 2, row: 4, rows: 1 },
      { kind: "missing", seal: 3, row: 200, rows: 0 },
    ],
    unsealed: [{ row: 2, rows: 2 }],
    searchedAll: false,
  } as unknown as BatchComparison;
  assert.deepEqual(
    [...describeBatches(found, lines)],
    [
      "rows: 5, sealed: 6, batches: 4, authentic: 1",
      "altered: batch 1, lines 4 to 5",
      "moved: batch 2, line 6",
      "missing: batch 3, at the end",
      "of no authentic batch: lines 4 to 5",
      "the search for displaced batches stopped at its budget",
    ],
  );
});

test("each finding about the seals has its words", () => {
  const error = new NatalisError("NAT_SEAL_FORM", "No seal.", "7 bytes");
  const findings: readonly [SealFinding, string][] = [
    [{ kind: "invalid", index: 3, error }, "seal 3: No seal. [NAT_SEAL_FORM] 7 bytes"],
    [{ kind: "repeated", index: 3 }, "seal 3: repeats an earlier one"],
    [{ kind: "gap", epoch: 1, from: 10, to: 19 }, "no seal for epoch 1, sequence 10 to 19"],
    [{ kind: "missing-epochs", from: 2, to: 4 }, "no seal of epochs 2 to 4"],
    [{ kind: "fork", epoch: 1, first: 10, because: "overlap" }, "fork in epoch 1 at sequence 10: overlap"],
  ];
  for (const [finding, words] of findings) assert.equal(describeFinding(finding), words);
});
