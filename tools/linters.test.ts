// SPDX-License-Identifier: Apache-2.0
// Linters that are absent or of another version are noticed, and the rules of our own in .oxlintrc.json bite below the
// programs and nowhere else.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { outdated } from "./linters.ts";
import { repository } from "./report.ts";
import { temporaryTree } from "./temporary-tree.ts";

test("absent packages and other versions are outdated", (t) => {
  const root = temporaryTree(t, {
    "package.json": '{ "dependencies": { "a": "1.0.0", "b": "1.0.0", "c": "1.0.0" } }',
    "node_modules/a/package.json": '{ "version": "1.0.0" }',
    "node_modules/b/package.json": '{ "version": "1.0.1" }',
  });
  assert.deepEqual(outdated(root), ["b@1.0.0", "c@1.0.0"]);
});

/** The rules that oxlint says the source breaks, if it stood in that file. */
function brokenRules(t: TestContext, file: string, source: string): string[] {
  const root = temporaryTree(t, {
    ".oxlintrc.json": readFileSync(join(repository, ".oxlintrc.json"), "utf8"),
    "tools/oxlint-plugin.mjs": readFileSync(join(repository, "tools/oxlint-plugin.mjs"), "utf8"),
    "tsconfig.json": '{ "compilerOptions": { "strict": true, "target": "es2024", "types": [] } }',
    [file]: source,
  });
  const bins = join(repository, "tools/node_modules/.bin");
  const { stdout } = spawnSync(process.execPath, [join(bins, "oxlint"), "--type-aware", "--format=json", file], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, PATH: `${bins}:${process.env.PATH}` },
  });
  const { diagnostics }: { diagnostics: { code: string }[] } = JSON.parse(stdout);
  return diagnostics.map(({ code }) => code);
}

const ambient: readonly (readonly [source: string, rule: string])[] = [
  ["export const a = new Date();", "natalis(no-ambient-date)"],
  ["export const a = Date();", "natalis(no-ambient-date)"],
  ["export const a = Date.now();", "eslint(no-restricted-properties)"],
  ["export const { now } = Date;", "eslint(no-restricted-properties)"],
  ["export const a = performance.now();", "eslint(no-restricted-properties)"],
  ["export const a = Math.random();", "eslint(no-restricted-properties)"],
];

for (const [source, rule] of ambient)
  test(`below the programs ${source} breaks ${rule}`, (t) => {
    for (const folder of ["packages/natalis/src/issue", "packages/node/src", "packages/registrar/src/adapters/sqlite"])
      assert.deepEqual(brokenRules(t, `${folder}/a.ts`, source), [rule], folder);
  });

test("programs and tests may read the clock, and a date made from a number is anybody's", (t) => {
  assert.deepEqual(brokenRules(t, "packages/registrar/src/cli/a.ts", "export const a = new Date();"), []);
  assert.deepEqual(brokenRules(t, "packages/natalis/src/issue/a.test.ts", "export const a = new Date();"), []);
  assert.deepEqual(brokenRules(t, "packages/natalis/src/issue/a.ts", "export const a = new Date(3);"), []);
});

test("a promise that nobody waits for is noticed", (t) => {
  const source = "async function a(): Promise<void> {}\na();\n";
  assert.deepEqual(brokenRules(t, "tools/a.ts", source), ["typescript(no-floating-promises)"]);
});
