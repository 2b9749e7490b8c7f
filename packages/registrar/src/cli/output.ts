// SPDX-License-Identifier: Apache-2.0
// What commands print: plain lines that read well with no terminal; results on standard output, warnings and errors on
// standard error. An error shows its code, so that it can be looked up.

import { isNatalisError } from "natalis/kernel";

/** What a shell makes of a process that SIGPIPE ended. */
const brokenPipe = 141;

export interface Output {
  line(text: string): void;
  warn(text: string): void;
}

export const terminal: Output = {
  line: (text) => void process.stdout.write(`${visible(text)}\n`),
  warn: (text) => void process.stderr.write(`warning: ${visible(text)}\n`),
};

/** For what a command does on the way and its user need not read. */
export const silent: Output = { line: () => undefined, warn: () => undefined };

/**
 * Names and reasons come from a registry, and a terminal obeys what it is shown (ECMA-48): control characters and those
 * that turn the direction of writing are spelled out, as JSON does.
 */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === "\t" ? "\t" : escaped(character),
  );
}

/** One line for people; the causes beneath, each on its own. */
export function describeError(error: unknown): string {
  const lines: string[] = [];
  for (let current: unknown = error; current instanceof Error && lines.length < 5; current = current.cause)
    lines.push(`${lines.length === 0 ? "error" : "  because"}: ${visible(current.message.replaceAll("\n", "; "))}`);
  return lines.length === 0 ? `error: ${visible(String(error))}` : lines.join("\n");
}

/** 1 for what was refused or what the system does not allow, 70 (sysexits: EX_SOFTWARE) for what should not happen. */
export function exitCodeOf(error: unknown): number {
  return isNatalisError(error) || isSystemError(error) ? 1 : 70;
}

/** A reader that has seen enough (`| head`) ends the command without a word, as SIGPIPE ends others. */
export function endWithReader(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(brokenPipe);
  });
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** No such file, no space, no permission: Node says what and where. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
