// SPDX-License-Identifier: Apache-2.0
// Masking keeps code, offsets and lines, and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { listFiles, maskSource } from "./source.ts";
import { temporaryTree } from "./temporary-tree.ts";

const cases: readonly (readonly [what: string, source: string, masked: string])[] = [
  ["line comment", "a // { b\nc", "a       \nc"],
  ["block comment over lines", "a /* {\n} */ b", "a     \n     b"],
  ["strings keep their quotes", `f("{'", '"')`, `f("  ", ' ')`],
  ["escaped quote", '"\\""+b', '"  "+b'],
  ["comment marks inside a string", '"//" + c', '"  " + c'],
  ["template with nested template and braces", "`a${ {b: `{${c}`} }{`;", "` ${ {b: ` ${c}`} } `;"],
  ["dollar without brace", "`$a$`;", "`   `;"],
  ["division is no regular expression", "a / b / (c) / 2", "a / b / (c) / 2"],
  ["regular expression with quote, slash and class", 'x = /["\\/[/]/g', "x = /       /g"],
  ["regular expression after return", "return /{/", "return / /"],
];

for (const [what, source, masked] of cases) test(`masks ${what}`, () => assert.equal(maskSource(source), masked));

test("an unclosed literal ends somewhere, at the same length", () => {
  for (const source of ["`abc", '"abc', "/* abc", "`${", "'", "x = /ab"])
    assert.equal(maskSource(source).length, source.length);
});

test("lists files by folder and ending, leaves out installed packages, knows what does not exist", (t) => {
  const root = temporaryTree(t, { "a/b.ts": "", "a/c.md": "", "a/node_modules/d.ts": "", "e/f.ts": "" });
  assert.deepEqual(listFiles(root, ["e", "a", "absent"], [".ts"]), ["a/b.ts", "e/f.ts"]);
  assert.deepEqual(listFiles(root, ["a/b.ts"], [".ts"]), ["a/b.ts"]);
});
