// SPDX-License-Identifier: Apache-2.0
// Holds the size budget: files of 120 lines in the median and 500 at most, functions of 35 lines at the 90th
// percentile and 80 at most, 1.2 lines of tests a line of source below the programs. tools/size-exceptions.json names
// what may be longer, up to how many lines, and why. `node tools/size-budget.ts [--root DIR]`.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findFunctions } from "./functions.ts";
import { layers } from "./layer-table.ts";
import { report, runsDirectly, toolOptions } from "./report.ts";
import { isTest, listFiles, readSource } from "./source.ts";

const budget = { fileMedian: 120, fileCap: 500, functionTail: 35, functionCap: 80, testRatio: 1.2 };

interface SizeException {
  readonly file: string;
  /** Absent: the exception is for the whole file. */
  readonly function?: string;
  readonly upTo: number;
  readonly reason: string;
}

interface Measure {
  readonly file: string;
  readonly function?: string;
  readonly lines: number;
}

export interface SizeReport {
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** Measures everything below `root`; `notes` are the figures. */
export function checkSizes(root: string): SizeReport {
  const files = listFiles(root, ["packages", "tools", "bench", "test", "examples"], [".ts", ".mts", ".mjs", ".tsx"]);
  if (files.length === 0) return { problems: [`no source file found below ${root}: nothing was measured`], notes: [] };
  const texts = new Map(files.map((file) => [file, readSource(root, file)]));
  const fileSizes = files.map((file): Measure => ({ file, lines: lineCount(texts.get(file) as string) }));
  const sourceSizes = fileSizes.filter(({ file }) => !isTestCode(file));
  const functionSizes = sourceSizes.flatMap(({ file }) =>
    findFunctions(texts.get(file) as string).map(({ name, lines }): Measure => ({ file, function: name, lines })),
  );
  const figures = measure(sourceSizes, functionSizes, fileSizes);
  const exceptions: SizeException[] = JSON.parse(readFileSync(join(root, "tools/size-exceptions.json"), "utf8"));
  const long = [
    ...fileSizes.filter(({ lines }) => lines > budget.fileCap),
    ...functionSizes.filter(({ lines }) => lines > budget.functionCap),
  ];
  return { problems: [...overAll(figures), ...judge(long, exceptions)], notes: [describe(figures)] };
}

interface Figures {
  readonly fileMedian: number;
  readonly functionTail: number;
  readonly testRatio: number;
}

function measure(sources: readonly Measure[], functions: readonly Measure[], files: readonly Measure[]): Figures {
  const tested = sum(sources.filter(({ file }) => isBelowPrograms(file)));
  const testing = sum(
    files.filter(({ file }) => isTestCode(file) && !file.startsWith("tools/") && isBelowPrograms(file)),
  );
  return {
    fileMedian: quantile(sources, 0.5),
    functionTail: quantile(functions, 0.9),
    testRatio: tested === 0 ? Number.POSITIVE_INFINITY : testing / tested,
  };
}

function overAll({ fileMedian, functionTail, testRatio }: Figures): string[] {
  const problems: string[] = [];
  if (fileMedian > budget.fileMedian) problems.push(`files: median ${fileMedian} lines, over ${budget.fileMedian}`);
  if (functionTail > budget.functionTail)
    problems.push(`functions: 90th percentile ${functionTail} lines, over ${budget.functionTail}`);
  if (testRatio < budget.testRatio)
    problems.push(`tests: ${testRatio.toFixed(2)} lines a line of source below programs, under ${budget.testRatio}`);
  return problems;
}

/** What is too long without a valid exception, and the exceptions that nothing needs. */
function judge(long: readonly Measure[], exceptions: readonly SizeException[]): string[] {
  const covers = (exception: SizeException, { file, function: name }: Measure) =>
    exception.file === file && exception.function === name;
  const over = long.filter(
    (one) => !exceptions.some((exception) => covers(exception, one) && one.lines <= exception.upTo),
  );
  const idle = exceptions.filter((exception) => !long.some((one) => covers(exception, one)));
  const mute = exceptions.filter(({ reason }) => !/\w{3}/.test(reason ?? ""));
  return [
    ...over.map((one) => `${titleOf(one)}: ${one.lines} lines`),
    ...idle.map((one) => `tools/size-exceptions.json: ${titleOf(one)} needs no exception any more`),
    ...mute.map((one) => `tools/size-exceptions.json: ${titleOf(one)} gives no reason`),
  ];
}

function describe({ fileMedian, functionTail, testRatio }: Figures): string {
  const ratio = testRatio.toFixed(2);
  return `files ${fileMedian} lines (median), functions ${functionTail} (90th percentile), tests ${ratio} times source`;
}

/** Unit tests and the contract suites, which are tests that every adapter runs. */
function isTestCode(file: string): boolean {
  return isTest(file) || file.startsWith("test/") || file.startsWith("packages/natalis/src/testing/");
}

/** Rooms beneath the programs, with the tests in test/ that try them from outside. */
function isBelowPrograms(file: string): boolean {
  if (/^test\/(?:interop|conformance|robustness|crash)\//.test(file)) return true;
  const programs = layers[0]?.rooms ?? [];
  const rooms = layers.slice(1).flatMap((layer) => layer.rooms);
  const inside = (folders: readonly { folder: string }[]) =>
    folders.some(({ folder }) => file.startsWith(`${folder}/`));
  return inside(rooms) || (/^packages\/[^/]+\/src\//.test(file) && !inside(programs));
}

function titleOf({ file, function: name }: { file: string; function?: string }): string {
  return name === undefined ? file : `${file} ${name}()`;
}

function sum(measures: readonly Measure[]): number {
  return measures.reduce((total, { lines }) => total + lines, 0);
}

function quantile(measures: readonly Measure[], share: number): number {
  const lines = measures.map((one) => one.lines).toSorted((a, b) => a - b);
  return lines[Math.min(lines.length - 1, Math.floor(lines.length * share))] ?? 0;
}

function lineCount(text: string): number {
  return text.replace(/\n$/, "").split("\n").length;
}

if (runsDirectly(import.meta.url)) {
  const { problems, notes } = checkSizes(toolOptions().root);
  report("size budget", problems, notes);
}
