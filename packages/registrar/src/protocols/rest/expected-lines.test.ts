// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { encodeUtf8, isNatalisError } from "natalis/kernel";
import { type ExpectedForm, expectedUnits } from "./expected-lines.ts";
import { linesOf } from "./ndjson.ts";

async function read(text: string | Uint8Array, form: ExpectedForm, chunk = 7) {
  const bytes = typeof text === "string" ? encodeUtf8(text) : text;
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  const units = [];
  for await (const unit of expectedUnits(linesOf(chunks(), { lineBytes: 200, lines: 20 }), form)) units.push(unit);
  return units;
}

suite("NDJSON", () => {
  test("one unit a line, empty lines passed over, with their numbers", async () => {
    const text = '{"serial":"A 1"}\n\n{"serial":"B/2","model":"Größe 2"}';
    assert.deepEqual(await read(text, "ndjson"), [
      { line: 1, serial: "A 1" },
      { line: 3, serial: "B/2", model: "Größe 2" },
    ]);
    assert.deepEqual(await read("", "ndjson"), []);
  });

  for (const [what, line] of [
    ["no JSON", "A"],
    ["no object", '"A"'],
    ["no serial", '{"model":"M"}'],
    ["a serial that is no text", '{"serial":1}'],
    ["a serial of other characters", '{"serial":"Ä"}'],
    ["a serial of 65 characters", `{"serial":"${"a".repeat(65)}"}`],
    ["a model of nothing", '{"serial":"A","model":""}'],
    ["a model that is invisible", '{"serial":"A","model":"\\u200b"}'],
    ["a member too many", '{"serial":"A","facility":"F"}'],
  ] as const)
    test(`refused, with its line: ${what}`, async () => {
      const detail = /^line 2: /;
      await assert.rejects(read(`{"serial":"B"}\n${line}\n`, "ndjson"), { code: "NAT_HTTP_INVALID", detail });
    });
});

suite("CSV", () => {
  test("the first line names the columns; fields may be quoted, an empty model is none", async () => {
    const text = '\uFEFFserial,model\r\nA-1,M\r\n"B,2","He said ""hi"""\r\nC-3,\r\n';
    assert.deepEqual(await read(text, "csv"), [
      { line: 2, serial: "A-1", model: "M" },
      { line: 3, serial: "B,2", model: 'He said "hi"' },
      { line: 4, serial: "C-3" },
    ]);
    assert.deepEqual(await read("model,serial\nM,A", "csv"), [{ line: 2, serial: "A", model: "M" }]);
    assert.deepEqual(await read("serial\nA\n", "csv"), [{ line: 2, serial: "A" }]);
    assert.deepEqual(await read("", "csv"), []);
  });

  for (const [what, text, line] of [
    ["no column of serials", "model\nM", 1],
    ["a column that is not known", "serial,colour\nA,red", 1],
    ["a column twice", "serial,serial\nA,A", 1],
    ["a field too many", "serial\nA,B", 2],
    ["a field too few", "serial,model\nA", 2],
    ["a quote inside a field", 'serial\nA"B', 2],
    ["a quote that does not end", 'serial\n"A', 2],
    ["text after a quote", 'serial\n"A"B', 2],
    ["no serial", "serial,model\n,M", 2],
    ["a serial of other characters", "serial\nÄ", 2],
  ] as const)
    test(`refused, with its line: ${what}`, () =>
      assert.rejects(read(text, "csv"), { code: "NAT_HTTP_INVALID", detail: new RegExp(`^line ${line}: `) }));

  test("refused: bytes that are no text", () =>
    assert.rejects(read(Uint8Array.of(0x73, 0xff), "csv"), { code: "NAT_HTTP_INVALID" }));
});

test("whatever comes is read or refused with a code", async () => {
  const pieces = fc.constantFrom(
    "serial",
    "model",
    ",",
    '"',
    "\n",
    "\r\n",
    "A-1",
    "{",
    "}",
    '{"serial":"A"}',
    "Ä",
    " ",
  );
  const text = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom("ndjson", "csv"), async (given, form) => {
      try {
        await read(given, form, 3);
      } catch (error) {
        assert.ok(
          isNatalisError(error, "NAT_HTTP_INVALID") || isNatalisError(error, "NAT_HTTP_TOO_LARGE"),
          String(error),
        );
      }
    }),
  );
});
