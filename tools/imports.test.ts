// SPDX-License-Identifier: Apache-2.0
// Every form of import is found; what only looks like one is not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { scanImports } from "./imports.ts";

const named = (source: string) => scanImports(source).map(({ specifier }) => specifier);

const forms: readonly (readonly [source: string, specifier: string | undefined])[] = [
  ['import a from "x";', "x"],
  ["import 'x';", "x"],
  ['import type { A } from "x";', "x"],
  ['import {\n  a,\n  type B,\n} from "x";', "x"],
  ['export * from "x";', "x"],
  ['export type * from "x";', "x"],
  ['export { a as b } from "x";', "x"],
  ['const a = await import("x");', "x"],
  ["const a = await import(`x`);", "x"],
  ['const a = await import(\n  "x",\n);', "x"],
  ['type A = import("x").B;', "x"],
  ['const a = require("x");', "x"],
  ['new Worker(new URL("x", import.meta.url));', "x"],
  ["await import(name);", undefined],
  ["await import(`./${name}.ts`);", undefined],
  ['await import("./" + name);', undefined],
];

for (const [source, specifier] of forms) test(`finds ${source}`, () => assert.deepEqual(named(source), [specifier]));

test("comments, strings, calls of other functions and addresses elsewhere are no imports", () => {
  for (const source of [
    '// import a from "x"',
    "const text = 'import a from \"x\"';",
    'Array.from("x");',
    "import.meta.url;",
    'new URL("x", base);',
    'module.import("x");',
    "class A { require(condition: boolean) {} }",
  ])
    assert.deepEqual(named(source), [], source);
});

test("tells the line", () => assert.equal(scanImports('\n\nimport "x";')[0]?.line, 3));
