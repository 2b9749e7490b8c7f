// SPDX-License-Identifier: Apache-2.0
// Linters that are absent or of another version are noticed, and the rules of our own in .oxlintrc.json bite below the
// programs and nowhere else.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
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

/** The rules that oxlint says the files break, by file. */
function brokenRules(t: TestContext, files: Readonly<Record<string, string>>): Record<string, string[]> {
  const root = temporaryTree(t, {
    ".oxlintrc.json": readFileSync(join(repository, ".oxlintrc.json"), "utf8"),
    "tools/oxlint-plugin.mjs": readFileSync(join(repository, "tools/oxlint-plugin.mjs"), "utf8"),
    "tsconfig.json": '{ "compilerOptions": { "strict": true, "target": "es2024", "types": [] } }',
    ...files,
  });
  const bins = join(repository, "tools/node_modules/.bin");
  const { stdout } = spawnSync(process.execPath, [join(bins, "oxlint"), "--type-aware", "--format=json"], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, PATH: [bins, process.env.PATH].join(delimiter) },
  });
  const { diagnostics }: { diagnostics: { filename: string; code: string }[] } = JSON.parse(stdout);
  const codesOf = (file: string) => diagnostics.filter(({ filename }) => filename === file).map(({ code }) => code);
  return Object.fromEntries(Object.keys(files).map((file) => [file, codesOf(file)]));
}

const ambient: readonly (readonly [source: string, rule: string])[] = [
  ["new Date()", "natalis(no-ambient-date)"],
  ["Date()", "natalis(no-ambient-date)"],
  ["Date.now()", "eslint(no-restricted-properties)"],
  ['Date["now"]()', "eslint(no-restricted-properties)"],
  ["performance.now()", "eslint(no-restricted-properties)"],
  ["Math.random()", "eslint(no-restricted-properties)"],
];
const lowFolders = ["packages/natalis/src/issue", "packages/node/src", "packages/registrar/src/adapters/sqlite"];

test("clock and chance are refused in every room below the programs", (t) => {
  const cases = lowFolders.flatMap((folder) => ambient.map((one, n) => [`${folder}/${n}.ts`, ...one] as const));
  const files = Object.fromEntries(cases.map(([file, source]) => [file, `export const a = ${source};\n`]));
  assert.deepEqual(brokenRules(t, files), Object.fromEntries(cases.map(([file, , rule]) => [file, [rule]])));
});

test("programs and tests may read the clock, a date made from a number is anybody's", (t) => {
  const files = {
    "packages/registrar/src/cli/a.ts": "export const a = new Date();\n",
    "packages/natalis/src/issue/a.test.ts": "export const a = Date.now();\n",
    "packages/natalis/src/issue/a.ts": "export const a = new Date(3);\n",
  };
  assert.deepEqual(Object.values(brokenRules(t, files)), [[], [], []]);
});

test("a promise that nobody waits for is noticed", (t) => {
  const files = { "tools/a.ts": "async function a(): Promise<void> {}\na();\n" };
  assert.deepEqual(brokenRules(t, files), { "tools/a.ts": ["typescript(no-floating-promises)"] });
});
