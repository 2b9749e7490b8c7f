// SPDX-License-Identifier: Apache-2.0
// Runs commands as users do, but for the launcher, which a killed test would orphan: the TypeScript entry is run by
// this very Node.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const registrar = dirname(fileURLToPath(import.meta.resolve("@natalis/registrar")));
const entry = join(registrar, "cli/main.ts");

const deadlineMilliseconds = 60_000;

/** Compiled sources, kept for the commands of one test file: a command starts in half the time. */
const compileCache = mkdtempSync(join(tmpdir(), "natalis-test-compiled-"));
process.once("exit", () => rmSync(compileCache, { recursive: true, force: true }));

/** Starts `natalis`; whoever starts it ends it. `nodeWords` are for Node itself. */
export function spawnNatalis(
  words: readonly string[],
  { input = "ignore", nodeWords = [] }: { input?: "ignore" | "pipe"; nodeWords?: readonly string[] } = {},
): ChildProcess {
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
  return spawn(process.execPath, [...nodeWords, entry, ...words], { env, stdio: [input, "pipe", "pipe"] });
}

/** Runs `natalis` to its end; one that does not end is ended. */
export async function runNatalis(...words: string[]): Promise<Outcome> {
  const child = spawnNatalis(words);
  const deadline = setTimeout(() => child.kill("SIGKILL"), deadlineMilliseconds);
  try {
    return await outcomeOf(child);
  } finally {
    clearTimeout(deadline);
  }
}

/** Runs `natalis`, which must succeed; answers its standard output. */
export async function natalis(...words: string[]): Promise<string> {
  const outcome = await runNatalis(...words);
  assert.equal(outcome.code, 0, `natalis ${words.join(" ")}\n${outcome.stdout}${outcome.stderr}`);
  return outcome.stdout;
}

/** Runs `natalis`, which must refuse with this code; answers its standard error. */
export async function refusedNatalis(code: string, ...words: string[]): Promise<string> {
  const outcome = await runNatalis(...words);
  const told = `natalis ${words.join(" ")}\n${outcome.stdout}${outcome.stderr}`;
  assert.equal(outcome.code, 1, told);
  assert.ok(outcome.stderr.includes(`[${code}]`), told);
  return outcome.stderr;
}

/** Runs another program to its end. */
export function runProgram(program: string, ...words: string[]): Promise<Outcome> {
  return outcomeOf(spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] }));
}

/** Runs a line as a shell does. */
export function runLine(line: string): Promise<Outcome> {
  return runProgram("sh", "-c", line);
}

export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout: stdout(), stderr: stderr() }));
  });
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  return () => text;
}
