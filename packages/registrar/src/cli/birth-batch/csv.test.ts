// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isNatalisError } from "natalis/kernel";
import { parseCsv } from "./csv.ts";

const rows = (text: string) => parseCsv(text).map(({ line, fields }) => [line, ...fields.values()]);

for (const [name, text, due] of [
  ["nothing", "", []],
  ["columns without records", "a,b\n", []],
  [
    "records",
    "a,b\n1,2\n3,4\n",
    [
      [2, "1", "2"],
      [3, "3", "4"],
    ],
  ],
  ["no line end at the end", "a,b\n1,2", [[2, "1", "2"]]],
  ["carriage returns", "a,b\r\n1,2\r\n", [[2, "1", "2"]]],
  ["empty fields", "a,b,c\n,,\n", [[2, "", "", ""]]],
  ["an empty field at the very end", "a,b\n1,", [[2, "1", ""]]],
  ["empty lines", "a,b\n\n1,2\n\n", [[3, "1", "2"]]],
  ["quotes", 'a,b\n"1,1","say ""2"""\n', [[2, "1,1", 'say "2"']]],
  [
    "line ends in quotes",
    'a,b\n"1\n1",2\n3,4\n',
    [
      [2, "1\n1", "2"],
      [4, "3", "4"],
    ],
  ],
] as const)
  test(`read: ${name}`, () => assert.deepEqual(rows(text), due));

for (const [name, text, told] of [
  ["too few fields", "a,b\n1\n", /line 2: 1 fields/],
  ["too many fields", "a,b\n1,2\n1,2,3\n", /line 3: 3 fields/],
  ["a quote inside a field", 'a,b\n1,2"3\n', /line 2: a quote/],
  ["a quote that is not closed", 'a,b\n"1,2\n', /line 2: a quote/],
  ["text behind a quote", 'a,b\n"1"x,2\n', /line 2: a quote/],
  ["a column twice", "a,a\n1,2\n", /line 1: a column/],
] as const)
  test(`refused: ${name}`, () => assert.throws(() => parseCsv(text), { code: "NAT_CLIENT_FILE", message: told }));

test("whatever is written with quotes is read back", () => {
  const value = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value), { minLength: 1 }), (records) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const text = ["a,b", ...records.map((record) => record.map(quoted).join(","))].join("\n");
      assert.deepEqual(
        parseCsv(text).map(({ fields }) => [...fields.values()]),
        records,
      );
    }),
  );
});

test("any text is read or refused in the catalogue's words, in time that grows with its length", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r") }), (text) => {
      try {
        parseCsv(text);
      } catch (error) {
        assert.ok(isNatalisError(error, "NAT_CLIENT_FILE"), String(error));
      }
    }),
  );
  parseCsv(`a\n${"1\n".repeat(100_000)}`);
});
