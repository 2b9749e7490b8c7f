// SPDX-License-Identifier: Apache-2.0
// The test command counts right and fails for everything that is no passed test.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { runScript, temporaryTree } from "./temporary-tree.ts";

const heading = 'import { after, describe, it, test } from "node:test";\n';

function runOn(t: TestContext, files: Readonly<Record<string, string>>, environment: NodeJS.ProcessEnv = { CI: "" }) {
  const sources = Object.entries(files).map(([file, source]) => [file, heading + source]);
  const { status, lines, output } = runScript(
    "test.ts",
    ["--root", temporaryTree(t, Object.fromEntries(sources))],
    environment,
  );
  return { status, last: lines.at(-1), output };
}

const good = 'test("a", () => {});';

const cases: readonly (readonly [what: string, source: string, last: string, told?: RegExp])[] = [
  ["a passed test", good, "1 passed, 0 failed"],
  ["a suite counts its tests", 'describe("s", () => { it("a", () => {}); it("b", () => {}); });', "2 passed, 0 failed"],
  ["a failed test", `${good} test("b", () => { throw new Error("why"); });`, "1 passed, 1 failed", /FAIL .*b\n.*why/],
  ["a failed subtest and its parent", 'test("a", (t) => t.test("b", () => { throw 1; }));', "0 passed, 2 failed"],
  [
    "a failed hook of a suite",
    'describe("s", () => { after(() => { throw 1; }); it("a", () => {}); });',
    "1 passed, 1 failed",
  ],
  ["a file that throws", 'throw new Error("why");', "0 passed, 1 failed", /why/],
  ["a file without tests", "", "0 passed, 1 failed", /ran no test/],
  ["a file that ends early", 'test("a", () => process.exit(0));', "0 passed, 1 failed", /ran no test/],
  ["a test that never ends", 'test("a", { timeout: 99 }, () => new Promise(() => {}));', "0 passed, 1 failed"],
  ["what a failed file printed", 'console.log("told"); test("a", () => { throw 1; });', "0 passed, 1 failed", /told/],
];

for (const [what, source, last, told = /^/] of cases)
  test(`${what}: ${last}`, (t) => {
    const ended = runOn(t, { "packages/a/src/a.test.ts": source });
    assert.equal(ended.last, last);
    assert.equal(ended.status, last.endsWith(" 0 failed") ? 0 : 1);
    assert.match(ended.output, told);
  });

for (const excuse of ['{ skip: "no part" }', "{ todo: true }"])
  test(`${excuse} fails where CI is true, and only there`, (t) => {
    const files = { "tools/a.test.ts": `${good} test("b", ${excuse}, () => {});` };
    assert.equal(runOn(t, files, { CI: "true" }).last, "1 passed, 1 failed");
    const { status, last, output } = runOn(t, files);
    assert.deepEqual([status, last], [0, "1 passed, 0 failed"]);
    assert.match(output, /1 skipped/);
  });

test("tests that need the machine for themselves run last, one file at a time", (t) => {
  const files = ["test/crash/a", "test/e2e/b", "test/interop/c", "packages/d/src/d"].map((file) => `${file}.test.ts`);
  const { last, output } = runOn(t, Object.fromEntries(files.map((file) => [file, good])));
  assert.equal(last, "4 passed, 0 failed");
  const order = Array.from(output.matchAll(/^good (\S+):/gm), (match) => match[1]);
  assert.deepEqual(order.slice(2), ["test/crash/a.test.ts", "test/e2e/b.test.ts"]);
});

test("no test at all is a failure", (t) => {
  const { status, last } = runOn(t, { "packages/a/src/a.ts": "" });
  assert.deepEqual([status, last], [1, "0 passed, 1 failed"]);
});
