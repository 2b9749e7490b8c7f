// SPDX-License-Identifier: Apache-2.0
// How each script here is called and how it tells what it found.

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** The repository that holds this file. */
export const repository = resolve(fileURLToPath(import.meta.url), "../..");

export interface ToolOptions {
  readonly root: string;
  readonly write: boolean;
}

/** `--root DIR` (default: this repository) and `--write`. */
export function toolOptions(): ToolOptions {
  const { values } = parseArgs({ options: { root: { type: "string" }, write: { type: "boolean" } } });
  return { root: resolve(values.root ?? repository), write: values.write ?? false };
}

/** Whether the module with this address is the program, not an import of one. */
export function runsDirectly(moduleUrl: string): boolean {
  return process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(moduleUrl);
}

/** Prints the problems, or one line that there are none, and sets the exit code. */
export function report(name: string, problems: readonly string[], notes: readonly string[] = []): void {
  for (const line of [...notes, ...problems]) console.log(line);
  console.log(problems.length === 0 ? `${name}: good` : `${name}: ${problems.length} to mend`);
  if (problems.length > 0) process.exitCode = 1;
}
