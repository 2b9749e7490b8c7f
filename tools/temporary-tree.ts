// SPDX-License-Identifier: Apache-2.0
// Fixtures of the tests here: a folder of files that is gone when the test is, and what a script says about it.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { repository } from "./report.ts";

/** Writes the files, named by their paths, into a new folder and answers the folder. */
export function temporaryTree(test: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "natalis-tools-"));
  test.after(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** Runs a script of this folder; the environment is the test's, apart from what marks it as a test. */
export function runScript(name: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, "tools", name), ...words], {
    encoding: "utf8",
    env: { ...inherited, ...environment },
  });
  return { status, output: stdout + stderr, lines: stdout.trimEnd().split("\n") };
}
