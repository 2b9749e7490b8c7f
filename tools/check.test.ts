// SPDX-License-Identifier: Apache-2.0
// The check runs every step, however many fail, tells what each failed one said, and fails with them.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { runSteps, type Step } from "./steps.ts";
import { runScript, temporaryTree } from "./temporary-tree.ts";

const step = (name: string, source: string): Step => ({ name, command: [process.execPath, "--eval", source] });

async function run(t: TestContext, steps: readonly Step[]) {
  const told: string[] = [];
  t.mock.method(console, "log", (line: string) => told.push(line));
  const failed = await runSteps(steps, { folder: process.cwd(), environment: process.env, atOnce: 2 });
  return { failed, told: told.join("\n") };
}

test("good steps are told in one line each", async (t) => {
  const { failed, told } = await run(t, [step("a", "console.log('noise')"), step("b", "")]);
  assert.deepEqual(failed, []);
  assert.deepEqual(
    told
      .replace(/\d+\.\d s/g, "N s")
      .split("\n")
      .toSorted(),
    ["good a (N s)", "good b (N s)"],
  );
});

test("failed steps are named in order and quoted, and stop no other", async (t) => {
  const steps = [
    step("late", "setTimeout(() => { console.error('why'); process.exit(3); }, 300)"),
    step("killed", "process.kill(process.pid, 'SIGKILL')"),
    { name: "absent", command: ["no-such-program"] },
    step("last", ""),
  ];
  const { failed, told } = await run(t, steps);
  assert.deepEqual(failed, ["late", "killed", "absent"]);
  assert.match(told, /FAIL late .*\n {5}why/);
  assert.match(told, /FAIL absent .*\n {5}.*ENOENT/);
  assert.match(told, /good last/);
});

test("npm run check fails on an empty folder, in each of its steps that need a source", (t) => {
  const { status, lines } = runScript("check.ts", ["--root", temporaryTree(t, { "packages/readme": "" })]);
  assert.equal(status, 1);
  for (const name of ["types", "types, portable", "layers", "size budget", "documents", "error codes", "unit tests"])
    assert.match(lines.at(-1) ?? "", new RegExp(`failed: .*\\b${name}\\b`));
});

test("without its tests it fails on an empty folder all the same", (t) => {
  const { status, lines } = runScript("check.ts", [
    "--without-tests",
    "--root",
    temporaryTree(t, { "packages/readme": "" }),
  ]);
  assert.equal(status, 1);
  assert.doesNotMatch(lines.at(-1) ?? "", /unit tests/);
});
