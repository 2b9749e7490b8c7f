// SPDX-License-Identifier: Apache-2.0
// A registrar as its own process: made by `natalis init`, run by `natalis serve`, asked over real sockets, and stopped
// by its process id.

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { encodePem } from "natalis/formats";
import { parseTrustFile, type TrustFile } from "natalis/registry";
import { Client } from "./client.ts";
import { natalis, type Outcome, outcomeOf, spawnNatalis } from "./command.ts";
import { freePort, loopback } from "./ports.ts";
import type { Scope } from "./scope.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A registrar that may run or not: its data folder and where it listens when it does. */
export interface Place {
  readonly folder: string;
  readonly httpsPort: number;
  readonly httpPort: number;
  /** Words for Node itself. */
  readonly nodeWords?: readonly string[];
}

export interface RunningRegistrar {
  readonly place: Place;
  readonly pid: number;
  readonly trust: TrustFile;
  /** The doors over TLS, as administrator. */
  readonly admin: Client;
  /** The plain-http port. */
  readonly plain: Client;
  /** What it wrote to standard output and standard error. */
  printed(): string;
  hasEnded(): boolean;
  /** What became of it, once it has ended. */
  readonly ended: Promise<Outcome>;
  /** Asks it to stop, and waits. */
  stop(): Promise<Outcome>;
  /** kill -9, and waits. */
  kill(): Promise<void>;
}

export const product = "sensor";
export const maker = "Example Makers";
export const origin = "registry.example/births";

const startMilliseconds = 90_000;
const pollMilliseconds = 20;

/** `natalis init` into a folder of its own. */
export async function makeRegistrar(scope: Scope, ...words: string[]): Promise<Place> {
  const folder = join(temporaryFolder(scope), "data");
  const [httpPort, httpsPort] = [await freePort(), await freePort()];
  const publicUrl = `http://${loopback}:${httpPort}`;
  const facts = ["--maker", maker, "--origin", origin, "--public-url", publicUrl, "--product", product];
  await natalis("init", "--data", folder, ...facts, ...words);
  return { folder, httpPort, httpsPort };
}

/** The same registrar for another process: copies of keys, trust file and profiles, ports of its own. */
export async function anotherPlace({ folder }: Place): Promise<Place> {
  const copy = `${folder}-${randomUUID()}`;
  cpSync(folder, copy, { recursive: true });
  return { folder: copy, httpPort: await freePort(), httpsPort: await freePort() };
}

/** `natalis serve`, ready for births. */
export async function startRegistrar(scope: Scope, place: Place, ...words: string[]): Promise<RunningRegistrar> {
  const { nodeWords = [] } = place;
  const child = spawnNatalis(serveWords(place, ...words), { nodeWords });
  const ended = outcomeOf(child);
  scope.defer(() => kill(child, ended));
  const printed = collectOutput(child);
  const trust = readTrust(place);
  const roots = trust.roots.map(({ der }) => encodePem("CERTIFICATE", der));
  const url = `https://${loopback}:${place.httpsPort}`;
  const admin = new Client({ url, roots, token: readToken(place) });
  const plain = new Client({ url: `http://${loopback}:${place.httpPort}` });
  for (const client of [admin, plain]) scope.defer(() => client.close());
  await becomesReady(admin, child, printed);
  return {
    place,
    pid: child.pid as number,
    trust,
    admin,
    plain,
    printed,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    ended,
    stop: () => end(child, ended, "SIGTERM"),
    kill: () => kill(child, ended),
  };
}

/** A registrar made and started in one go. */
export async function openRegistrar(scope: Scope): Promise<RunningRegistrar> {
  return startRegistrar(scope, await makeRegistrar(scope));
}

/** The command line that serves a place. */
export function serveWords({ folder, httpsPort, httpPort }: Place, ...words: string[]): string[] {
  return ["serve", "--data", folder, "--https-port", String(httpsPort), "--http-port", String(httpPort), ...words];
}

export function readToken({ folder }: Place): string {
  return readFileSync(join(folder, "admin.token"), "utf8").trim();
}

function readTrust({ folder }: Place): TrustFile {
  return parseTrustFile(readFileSync(join(folder, "trust.json"), "utf8"));
}

async function becomesReady(client: Client, child: ChildProcess, printed: () => string): Promise<void> {
  for (let waited = 0; waited < startMilliseconds; waited += pollMilliseconds) {
    assert.equal(child.exitCode ?? child.signalCode, null, `the registrar ended before it was ready\n${printed()}`);
    // Refused connections are what a registrar that is not there yet answers with.
    const answer = await client.ask("GET", "/readyz").catch(() => undefined);
    if (answer?.status === 200) return;
    await wait(pollMilliseconds);
  }
  assert.fail(`the registrar is not ready after ${startMilliseconds} ms\n${printed()}`);
}

function collectOutput(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (part: string) => {
      text += part;
    });
  return () => text;
}

function end(child: ChildProcess, ended: Promise<Outcome>, signal: NodeJS.Signals): Promise<Outcome> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  return ended;
}

async function kill(child: ChildProcess, ended: Promise<Outcome>): Promise<void> {
  await end(child, ended, "SIGKILL");
}
