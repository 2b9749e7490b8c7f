// SPDX-License-Identifier: Apache-2.0
// Functions in every form are found with their lengths; other brackets are not taken for functions.

import assert from "node:assert/strict";
import { test } from "node:test";
import { findFunctions } from "./functions.ts";

const found = (source: string) => findFunctions(source).map(({ name, line, lines }) => `${name} ${line} ${lines}`);

const forms: readonly (readonly [source: string, ...found: string[]])[] = [
  ["function a() {\n}", "a 1 2"],
  ["export async function a<T extends string>(x: T): Promise<T> {\n  return x;\n}", "a 1 3"],
  ["const a = (b: number): { c: number } => {\n  return { c: b };\n};", "a 1 3"],
  ["const a = async () => {\n};", "a 1 2"],
  ["const a = (b) =>\n  b +\n  1;", "a 1 3"],
  ["list.map((b) => b + 1);"],
  ["class A {\n  b(c: string): c is 'd' {\n    return true;\n  }\n}", "b 2 3"],
  ["class A {\n  constructor(a: string) {\n  }\n}", "constructor 2 2"],
  ["class A {\n  get b(): number | undefined {\n  }\n}", "b 2 2"],
  ["const a = {\n  b(): Map<string, { c: number }> {\n  },\n};", "b 2 2"],
  ["function a(\n  b: string,\n): void {\n}", "a 1 4"],
  ["function a() {\n  const b = () => {\n  };\n}", "a 1 4", "b 2 2"],
  ["if (a) {\n}\nfor (const b of c) {\n}\nwhile (a) {\n}\nswitch (a) {\n}\ntry {\n} catch (e) {\n}"],
  ["for await (const b of c()) {\n}"],
  ["interface A {\n  b(c: string): void;\n  d: (e: string) => void;\n}"],
  ["const a = b ? c(d) : { e: 1 };"],
  ["f(`${a}(`, '(', /\\(/) ;\nif (x) {\n}"],
];

for (const [source, ...expected] of forms)
  test(`measures ${JSON.stringify(source)}`, () => assert.deepEqual(found(source), expected));
