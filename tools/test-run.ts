// SPDX-License-Identifier: Apache-2.0
// Runs test files with node:test, each in its own process, and counts. A file that runs no test has failed: it exited
// early or is empty.

import { join, relative } from "node:path";
import { run } from "node:test";
import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";

export interface TestPlan {
  readonly root: string;
  readonly files: readonly string[];
  /** Files at a time. */
  readonly concurrency: number;
  /** A skipped or unfinished (todo) test is a failure. */
  readonly strict: boolean;
}

export interface TestCount {
  passed: number;
  failed: number;
  skipped: number;
}

/** Milliseconds for a file and for a test in it: what takes longer hangs. */
const timeLimit = 480_000;

/** Runs the files and prints one line a file and the details of each failure. */
export async function runTests(plan: TestPlan): Promise<TestCount> {
  const count: TestCount = { passed: 0, failed: 0, skipped: 0 };
  const output = new Map<string, string>();
  if (plan.files.length === 0) return count;
  const { root, concurrency } = plan;
  const files = plan.files.map((file) => join(root, file));
  for await (const event of run({ files, cwd: root, concurrency, timeout: timeLimit }))
    record(event, plan, count, output);
  return count;
}

function record(event: TestEvent, plan: TestPlan, count: TestCount, output: Map<string, string>): void {
  if (event.type === "test:stdout" || event.type === "test:stderr")
    output.set(event.data.file, (output.get(event.data.file) ?? "") + event.data.message);
  if (event.type === "test:pass") pass(event.data, plan, count);
  if (event.type === "test:fail") fail(event.data, plan, count, output);
  if (event.type === "test:summary") summarize(event.data, plan, count);
}

type Passed = Extract<TestEvent, { type: "test:pass" }>["data"];
type Failed = Extract<TestEvent, { type: "test:fail" }>["data"];
type Summary = Extract<TestEvent, { type: "test:summary" }>["data"];

function pass(test: Passed, { root, strict }: TestPlan, count: TestCount): void {
  const where = `${relative(root, test.file ?? "")}:${test.line}`;
  const excuse = test.skip ?? test.todo;
  if (excuse !== undefined && excuse !== false) {
    count[strict ? "failed" : "skipped"]++;
    console.log(`${strict ? "FAIL" : "skip"} ${where} ${test.name}: not run${excuse === true ? "" : `, ${excuse}`}`);
  } else if (test.name === test.file) {
    count.failed++;
    console.log(`FAIL ${where}: ran no test`);
  } else if (test.details.type !== "suite") count.passed++;
}

function fail(test: Failed, { root }: TestPlan, count: TestCount, output: Map<string, string>): void {
  const { error, type } = test.details;
  const failureType = (error as { failureType?: string }).failureType;
  if (type === "suite" && failureType === "subtestsFailed") return;
  count.failed++;
  console.log(`FAIL ${relative(root, test.file ?? "")}:${test.line} ${test.name}`);
  if (failureType === "subtestsFailed") return;
  console.log(indent(inspect(error.cause ?? error, { depth: 4 })));
  const printed = output.get(test.file ?? "");
  if (printed !== undefined) console.log(indent(`it printed:\n${printed}`));
  output.delete(test.file ?? "");
}

/** A file's line. The last summary is of the whole run: what it alone knows to have failed counts once. */
function summarize({ file, counts, duration_ms, success }: Summary, { root }: TestPlan, count: TestCount): void {
  if (file === undefined) {
    if (!success && count.failed === 0) count.failed++;
    return;
  }
  const word = counts.tests === 1 ? "test" : "tests";
  const seconds = (duration_ms / 1000).toFixed(1);
  console.log(`${success ? "good" : "FAIL"} ${relative(root, file)}: ${counts.tests} ${word} in ${seconds} s`);
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, "     ");
}
