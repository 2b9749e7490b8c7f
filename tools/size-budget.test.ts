// SPDX-License-Identifier: Apache-2.0
// The size budget fails for each of its limits, and for exceptions that are idle, too small or without a reason.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { checkSizes } from "./size-budget.ts";
import { runScript, temporaryTree } from "./temporary-tree.ts";

const file = "packages/natalis/src/kernel/a.ts";
const lines = (count: number) => "//\n".repeat(count);
const functionOf = (count: number, name = "long") => `function ${name}() {\n${"  a();\n".repeat(count - 2)}}\n`;

function problemsOf(t: TestContext, files: Readonly<Record<string, string>>, exceptions: readonly object[] = []) {
  const root = temporaryTree(t, {
    [`${file.slice(0, -3)}.test.ts`]: lines(490),
    "tools/size-exceptions.json": JSON.stringify(exceptions),
    ...files,
  });
  return checkSizes(root).problems;
}

test("small files and functions are good", (t) => {
  assert.deepEqual(problemsOf(t, { [file]: functionOf(35) }), []);
});

test("a median file over 120 lines fails", (t) => {
  assert.deepEqual(problemsOf(t, { [file]: lines(121) }), ["files: median 121 lines, over 120"]);
});

test("a 90th percentile function over 35 lines fails", (t) => {
  assert.deepEqual(problemsOf(t, { [file]: functionOf(36) }), ["functions: 90th percentile 36 lines, over 35"]);
});

test("a file over 500 lines fails, a test file too", (t) => {
  const small = Object.fromEntries([1, 2, 3].map((n) => [`packages/registrar/src/cli/${n}.ts`, lines(9)]));
  assert.deepEqual(problemsOf(t, { ...small, "packages/registrar/src/cli/a.ts": lines(501) }), [
    "packages/registrar/src/cli/a.ts: 501 lines",
  ]);
  assert.deepEqual(problemsOf(t, { "test/e2e/a.test.ts": lines(501) }), ["test/e2e/a.test.ts: 501 lines"]);
});

const crowd = Array.from({ length: 20 }, (_, n) => functionOf(3, `short${n}`)).join("");
const exception = { file, function: "long", upTo: 90, reason: "a table of steps" };

test("a function over 80 lines fails unless an exception covers it", (t) => {
  const files = { [file]: crowd + functionOf(81), "bench/a.ts": lines(1), "bench/b.ts": lines(1) };
  assert.deepEqual(problemsOf(t, files), [`${file} long(): 81 lines`]);
  assert.deepEqual(problemsOf(t, files, [exception]), []);
  assert.deepEqual(problemsOf(t, files, [{ ...exception, upTo: 80 }]), [`${file} long(): 81 lines`]);
});

test("an exception that nothing needs fails, and one without a reason", (t) => {
  assert.match(problemsOf(t, { [file]: crowd }, [exception]).join(), /needs no exception any more/);
  const files = { [file]: crowd + functionOf(81), "bench/a.ts": lines(1), "bench/b.ts": lines(1) };
  assert.match(problemsOf(t, files, [{ ...exception, reason: "" }]).join(), /gives no reason/);
});

test("too few lines of tests fail", (t) => {
  const problems = problemsOf(t, { [file]: lines(100), [`${file.slice(0, -3)}.test.ts`]: lines(119) });
  assert.deepEqual(problems, ["tests: 1.19 lines a line of source below programs, under 1.2"]);
});

test("tests of programs do not make up for those beneath, nor do programs need as many", (t) => {
  const programs = { "packages/registrar/src/cli/a.test.ts": lines(400), "packages/registrar/src/cli/a.ts": lines(99) };
  const few = { [file]: lines(100), [`${file.slice(0, -3)}.test.ts`]: lines(120) };
  assert.deepEqual(problemsOf(t, { ...programs, ...few }), []);
  assert.equal(problemsOf(t, { ...programs, [file]: lines(100), [`${file.slice(0, -3)}.test.ts`]: "" }).length, 1);
});

test("nothing to measure is a failure", (t) => {
  const { status, output } = runScript("size-budget.ts", ["--root", temporaryTree(t, {})]);
  assert.match(output, /nothing was measured/);
  assert.equal(status, 1);
});
