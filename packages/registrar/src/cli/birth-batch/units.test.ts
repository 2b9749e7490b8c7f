// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readUnits, unitKey } from "./units.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-units-"));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "requests"));
writeFileSync(join(folder, "requests", "b.pem"), "of a file");

const common = { product: "sensor", model: "S1", facility: undefined };

function read(text: string) {
  const path = join(folder, "batch");
  writeFileSync(path, text);
  return readUnits(path, common);
}

const a = { product: "sensor", model: "S1", serial: "A", facility: "plant", request: "inline" };
const b = { product: "gauge", model: "S1", serial: "B", facility: "plant", request: "of a file" };

test("NDJSON and CSV say the same", async () => {
  const lines = [
    { serial: "A", facility: "plant", request: "inline" },
    { serial: "B", facility: "plant", product: "gauge", requestFile: "requests/b.pem" },
  ];
  const ndjson = `${JSON.stringify(lines[0])}\n\n${JSON.stringify(lines[1])}\n`;
  assert.deepEqual(await read(ndjson), [
    { line: 1, body: a },
    { line: 3, body: b },
  ]);
  const csv = "serial,facility,product,request,requestFile\nA,plant,,inline,\nB,plant,gauge,,requests/b.pem\n";
  assert.deepEqual(await read(csv), [
    { line: 2, body: a },
    { line: 3, body: b },
  ]);
});

test("a byte order mark is passed over, and an empty file has no units", async () => {
  assert.deepEqual(await read(`\uFEFF${JSON.stringify(a)}`), [{ line: 1, body: a }]);
  assert.deepEqual(await read(""), []);
});

for (const [name, text, told] of [
  ["no JSON", '{"serial":"A"}\n{"serial":\n', /line 2 is no JSON object/],
  ["a line that is no object", `${JSON.stringify(a)}\n[]\n`, /line 2 is no JSON object/],
  ["an unknown member", JSON.stringify({ ...a, colour: "red" }), /line 1 is no unit.*colour/s],
  ["an unknown column", "serial,facility,request,colour\nA,plant,inline,red\n", /line 2 is no unit.*colour/s],
  ["a missing fact", JSON.stringify({ ...a, facility: undefined }), /line 1 is no unit.*facility/s],
  ["two requests", JSON.stringify({ ...a, requestFile: "requests/b.pem" }), /line 1 has a request beside/],
  ["a request file that is a number", JSON.stringify({ ...a, request: undefined, requestFile: 5 }), /line 1 has/],
  ["a request file that is not there", "serial,facility,requestFile\nA,plant,absent.pem\n", /absent\.pem/],
] as const)
  test(`refused: ${name}`, async () => {
    await assert.rejects(read(text), { code: "NAT_CLIENT_FILE", message: told });
  });

test("bytes that are no text are refused", async () => {
  const path = join(folder, "binary");
  writeFileSync(path, Uint8Array.of(0xff, 0xfe));
  await assert.rejects(readUnits(path, common), { code: "NAT_CLIENT_FILE" });
});

test("a unit is named by product, model and serial", () => {
  assert.equal(unitKey(a), unitKey({ ...a }));
  assert.notEqual(unitKey(a), unitKey(b));
  assert.notEqual(
    unitKey({ product: "a", model: "b-c", serial: "d" }),
    unitKey({ product: "a-b", model: "c", serial: "d" }),
  );
});
