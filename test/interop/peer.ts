// SPDX-License-Identifier: Apache-2.0
// Foreign programs as judges: those that run and say yes or no, and servers that a test starts and ends by their
// process id.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Outcome, outcomeOf, runProgram } from "../support/command.ts";
import type { Scope } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A program that must succeed; answers all that it said. */
export async function accepts(program: string, ...words: readonly string[]): Promise<string> {
  const outcome = await runProgram(program, ...words);
  const told = `${outcome.stdout}${outcome.stderr}`;
  assert.equal(outcome.code, 0, `${program} ${words.join(" ")}\n${told}`);
  return told;
}

/** A program that must fail and say why in these words. */
export async function refuses(why: RegExp, program: string, ...words: readonly string[]): Promise<void> {
  const outcome = await runProgram(program, ...words);
  const told = `${program} ${words.join(" ")}\n${outcome.stdout}${outcome.stderr}`;
  assert.ok(outcome.code !== 0 && outcome.code !== null, told);
  assert.match(`${outcome.stdout}${outcome.stderr}`, why, told);
}

/** A folder for what a peer reads. */
export class Desk {
  readonly folder: string;

  constructor(scope: Scope) {
    this.folder = temporaryFolder(scope);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file, readable by its owner alone, and answers its path. */
  put(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content, { mode: 0o600 });
    return this.path(name);
  }

  get(path: string): string {
    return readFileSync(path, "utf8");
  }
}

export interface Peer {
  /** All that it wrote to standard output and standard error. */
  printed(): string;
  signal(name: NodeJS.Signals): void;
  /** Waits until the check holds; fails where the peer ends before. */
  until(check: () => boolean | Promise<boolean>): Promise<void>;
}

const deadlineMilliseconds = 20_000;
const pollMilliseconds = 20;

/** Starts a server that stays in the foreground. */
export function startPeer(scope: Scope, program: string, ...words: readonly string[]): Peer {
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
  const ended = outcomeOf(child);
  scope.defer(() => end(child, ended));
  return {
    printed: () => text,
    signal: (name) => child.kill(name),
    until: (check) => until(child, check, () => `${program}\n${text}`),
  };
}

async function until(child: ChildProcess, check: () => boolean | Promise<boolean>, told: () => string): Promise<void> {
  for (let waited = 0; waited < deadlineMilliseconds; waited += pollMilliseconds) {
    assert.equal(child.exitCode ?? child.signalCode, null, `it ended early: ${told()}`);
    if (await check()) return;
    await wait(pollMilliseconds);
  }
  assert.fail(`nothing happened for ${deadlineMilliseconds} ms: ${told()}`);
}

/** SIGTERM, so that a server with workers ends them too. */
async function end(child: ChildProcess, ended: Promise<Outcome>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  await ended;
}
