// SPDX-License-Identifier: Apache-2.0
// What commands print: plain lines that read well with no terminal; results on standard output, warnings and errors on
// standard error. An error shows its code, so that it can be looked up.

import { isNatalisError } from "natalis/kernel";

export interface Output {
  line(text: string): void;
  warn(text: string): void;
}

export const terminal: Output = {
  line: (text) => void process.stdout.write(`${text}\n`),
  warn: (text) => void process.stderr.write(`warning: ${text}\n`),
};

/** One line for people; the causes beneath, each on its own. */
export function describeError(error: unknown): string {
  const lines: string[] = [];
  for (let current: unknown = error; current instanceof Error && lines.length < 5; current = current.cause)
    lines.push(`${lines.length === 0 ? "error" : "  because"}: ${current.message}`);
  return lines.length === 0 ? `error: ${String(error)}` : lines.join("\n");
}

/** 1 for what was refused or failed, 70 (sysexits: EX_SOFTWARE) for what should not happen. */
export function exitCodeOf(error: unknown): number {
  return isNatalisError(error) ? 1 : 70;
}
