// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ResultFile, type UnitResult } from "./results.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-results-"));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
const newPath = () => join(folder, `${files++}.ndjson`);

function unit(serial: string) {
  return { product: "sensor", model: "S1", serial };
}

function born(serial: string, line = 1): UnitResult {
  const papers = { certificate: "", chain: [], record: "", entry: "", receipt: "" };
  const birth = { device: "019234f4-1c6b-7d3e-8a4b-5c6d7e8f9a0b", kind: "born" as const, index: 3, ...papers };
  return { line, status: 201, ...unit(serial), birth };
}

function refused(serial: string): UnitResult {
  const problem = { type: "urn:x", title: "No.", status: 409, detail: "", code: "NAT_X", instance: "1" };
  return { line: 2, status: 409, ...unit(serial), problem };
}

test("what was born is remembered by who opens the file next, what was refused is not", async () => {
  const path = newPath();
  const first = await ResultFile.open(path);
  assert.equal(first.hasBorn(unit("A")), false);
  await first.add([born("A"), refused("B")]);
  assert.deepEqual([first.hasBorn(unit("A")), first.hasBorn(unit("B"))], [true, false]);
  await first.close();
  const second = await ResultFile.open(path);
  assert.deepEqual([second.hasBorn(unit("A")), second.hasBorn(unit("B"))], [true, false]);
  await second.add([born("B", 2)]);
  await second.close();
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as UnitResult).serial),
    ["A", "B", "B"],
  );
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("half a line is taken away and what follows stands on a line of its own", async () => {
  const path = newPath();
  const first = await ResultFile.open(path);
  await first.add([born("A")]);
  await first.close();
  appendFileSync(path, JSON.stringify(born("B")).slice(0, 40));
  const second = await ResultFile.open(path);
  assert.deepEqual([second.hasBorn(unit("A")), second.hasBorn(unit("B"))], [true, false]);
  await second.add([born("B")]);
  await second.close();
  for (const line of readFileSync(path, "utf8").trimEnd().split("\n")) JSON.parse(line);
  const third = await ResultFile.open(path);
  assert.ok(third.hasBorn(unit("B")));
  await third.close();
});

test("results that are added at the same time do not get into each other", async () => {
  const path = newPath();
  const file = await ResultFile.open(path);
  const long = (serial: string) => ({ ...born(serial), reason: "x".repeat(2000) });
  const parts = Array.from({ length: 4 }, (_, i) => Array.from({ length: 500 }, (_, j) => long(`${i}-${j}`)));
  await Promise.all(parts.map((part) => file.add(part)));
  await file.close();
  for (const line of readFileSync(path, "utf8").trimEnd().split("\n")) JSON.parse(line);
  const again = await ResultFile.open(path);
  assert.ok(parts.flat().every((result) => again.hasBorn(result)));
  await again.close();
});

test("a line that is something else says nothing", async () => {
  const path = newPath();
  writeFileSync(path, `{}\n[]\nnull\n${JSON.stringify({ ...born("A"), birth: {} })}\n`);
  const file = await ResultFile.open(path);
  assert.equal(file.hasBorn(unit("A")), false);
  await file.close();
});

test("a file that cannot be made is told by its name", async () => {
  await assert.rejects(ResultFile.open(join(folder, "absent", "file")), { code: "NAT_CLIENT_FILE" });
});
