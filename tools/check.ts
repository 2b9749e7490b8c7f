// SPDX-License-Identifier: Apache-2.0
// `npm run check`, before every commit: format, lint, types, layers, sizes, unused code, documents, unit tests.
// Prints one line a step, then what the failed ones said. `node tools/check.ts [--root DIR] [--without-tests]`: whoever
// runs all tests anyway leaves them out here.

import { delimiter, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureLinters } from "./linters.ts";
import { repository } from "./report.ts";
import { runSteps, type Step } from "./steps.ts";

const { values } = parseArgs({
  options: { root: { type: "string" }, "without-tests": { type: "boolean", default: false } },
});
const root = resolve(values.root ?? repository);
const script = (name: string, ...words: string[]) => [
  process.execPath,
  join(repository, `tools/${name}.ts`),
  "--root",
  root,
  ...words,
];

const steps: readonly Step[] = [
  { name: "types", command: ["tsc", "--project", "."] },
  { name: "types, portable", command: ["tsc", "--project", "packages/natalis"] },
  { name: "format and lint", command: ["biome", "check", "--error-on-warnings", "--diagnostic-level=warn", "."] },
  { name: "lint with types", command: ["oxlint", "--type-aware", "--deny-warnings"] },
  { name: "unused code", command: ["knip", "--no-progress"] },
  { name: "layers", command: script("layers") },
  { name: "size budget", command: script("size-budget") },
  { name: "documents", command: script("docs") },
  { name: "error codes", command: script("error-codes") },
];

/** After the others, since they use both cores by themselves. */
const unitTests: Step = { name: "unit tests", command: script("test", "packages", "tools") };
const tests = values["without-tests"] ? [] : [unitTests];

// The repository's first: a linter may bring a TypeScript of its own.
const bins = [join(repository, "node_modules/.bin"), join(repository, "tools/node_modules/.bin")];
const environment = { ...process.env, PATH: [...bins, process.env.PATH].join(delimiter) };
const lacking = ensureLinters(join(repository, "tools"));
for (const problem of lacking) console.log(problem);
const failed = [
  ...lacking,
  ...(await runSteps(steps, { folder: root, environment, atOnce: 2 })),
  ...(await runSteps(tests, { folder: root, environment, atOnce: 1 })),
];
console.log(failed.length === 0 ? "check: all good" : `check: failed: ${failed.join(", ")}`);
if (failed.length > 0) process.exitCode = 1;
