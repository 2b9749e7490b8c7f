// SPDX-License-Identifier: Apache-2.0
// docs/scale.md is what the formulas make of the inputs that it states.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inputsTable, type ScaleInputs, scaleTable } from "./scale.ts";

const document = readFileSync(new URL("../docs/scale.md", import.meta.url), "utf8");

function statedInputs(): ScaleInputs {
  const rows = document.matchAll(/^\| `(?<name>\w+)` \| (?<value>[\d,]+) \|/gm);
  const stated = Array.from(rows, ({ groups }) => [groups?.name, Number(groups?.value?.replaceAll(",", ""))]);
  return Object.fromEntries(stated) as ScaleInputs;
}

test("the document's tables are those of its inputs", () => {
  const inputs = statedInputs();
  assert.ok(document.includes(inputsTable(inputs)), `the inputs are\n${inputsTable(inputs)}`);
  assert.ok(document.includes(scaleTable(inputs)), `the table is\n${scaleTable(inputs)}`);
});

test("what grows with devices grows with them, and what a device takes does not", () => {
  const inputs = { ...statedInputs(), sqliteBytes: 2_000, receiptFixedBytes: 300, receiptHashBytes: 45 };
  const rows = new Map(
    scaleTable(inputs)
      .split("\n")
      .map((line) => [line.split(" | ", 1)[0], line]),
  );
  assert.match(rows.get("| database, SQLite") ?? "", /\| 2 GB \| 2 TB \| 20 TB \|/);
  // 21, 31 and 35 hashes.
  assert.match(rows.get("| a receipt") ?? "", /\| 1\.25 KB \| 1\.7 KB \| 1\.88 KB \|/);
});
