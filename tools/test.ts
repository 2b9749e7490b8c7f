// SPDX-License-Identifier: Apache-2.0
// `npm test`: all tests, on the real programs that they need. Its last line is `N passed, N failed`; with CI=true a
// skipped test is a failed one. `node tools/test.ts [--root DIR] [FOLDER…]` runs the tests in these folders only.

import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureLinters } from "./linters.ts";
import { ensureOptionalPackages } from "./optional-packages.ts";
import { ensureParts, readParts, thisMachine } from "./parts.ts";
import { repository } from "./report.ts";
import { listFiles } from "./source.ts";
import { runTests, type TestCount } from "./test-run.ts";

/** These start servers, browsers or workers, or kill processes: one file at a time, when the others are done. */
const alone = ["test/crash/", "test/e2e/", "test/load/", "test/simulation/", "test/conformance/browser.test.ts"];

const { values, positionals } = parseArgs({ options: { root: { type: "string" } }, allowPositionals: true });
const root = resolve(values.root ?? repository);
const strict = process.env.CI === "true";
// Hundreds of test files are processes of their own and load much the same sources: a third of the time is compiling.
process.env.NODE_COMPILE_CACHE ??= join(repository, "node_modules/.cache/compiled");

const lacking = [
  ...ensureParts(readParts(join(repository, "tools/debian-packages.txt")), thisMachine),
  ...ensureLinters(join(repository, "tools")),
  ...ensureOptionalPackages(repository),
];
if (lacking.length > 0) end({ passed: 0, failed: lacking.length, skipped: 0 }, lacking);
else {
  const files = listFiles(root, positionals.length > 0 ? positionals : ["packages", "tools", "bench", "test"], [
    ".test.ts",
  ]);
  const lonely = files.filter((file) => alone.some((folder) => file.startsWith(folder)));
  const together = files.filter((file) => !lonely.includes(file));
  const first = await runTests({ root, files: together, concurrency: 2, strict });
  const second = await runTests({ root, files: lonely, concurrency: 1, strict });
  end(
    files.length > 0 ? add(first, second) : { passed: 0, failed: 1, skipped: 0 },
    files.length > 0 ? [] : ["no test found"],
  );
}

function add(a: TestCount, b: TestCount): TestCount {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

function end({ passed, failed, skipped }: TestCount, problems: readonly string[]): void {
  for (const problem of problems) console.log(problem);
  if (skipped > 0) console.log(`${skipped} skipped`);
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}
