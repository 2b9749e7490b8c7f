// SPDX-License-Identifier: Apache-2.0
// A station without a connection as its own processes: made, enrolled by an administrator and installed as its users do,
// served on the line, and killed.

import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { readFileSync } from "node:fs";
import { Client } from "./client.ts";
import { natalis, outcomeOf, spawnNatalis } from "./command.ts";
import { freePort, loopback } from "./ports.ts";
import { product, type RunningRegistrar } from "./registrar.ts";
import type { Scope } from "./scope.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface StationPlace {
  readonly folder: string;
  /** Id of the operator. */
  readonly id: string;
}

export interface RunningStation {
  readonly url: string;
  /** The line's clients, with the line's token. */
  readonly line: Client;
  stop(): Promise<void>;
  /** kill -9, and waits. */
  kill(): Promise<void>;
}

/** What `POST /births` of a station answers with. */
export interface ProvisionalAnswer {
  readonly device: string;
  readonly kind: "provisional";
  readonly certificate: string;
  readonly chain: readonly string[];
  readonly record: string;
}

const startMilliseconds = 60_000;
const pollMilliseconds = 20;

/** Words of the commands that make and use the station's key, where it is in a token. */
export interface KeyWords {
  readonly init: readonly string[];
  readonly use: readonly string[];
}

const keyInFile: KeyWords = { init: [], use: [] };

export async function makeStation(
  scope: Scope,
  registrar: RunningRegistrar,
  quota = 1000,
  key = keyInFile,
): Promise<StationPlace> {
  const folder = join(temporaryFolder(scope), "station");
  const enrolment = `${folder}.json`;
  const { folder: data } = registrar.place;
  await natalis("station", "init", "--station", folder, ...key.init);
  const window = ["--not-before", "2026-01-01T00:00:00Z", "--not-after", "2099-01-01T00:00:00Z"];
  const facts = ["--name", "line 9", "--product", product, "--quota", String(quota), ...window];
  const out = await natalis(
    "station",
    "enrol",
    join(folder, "request.pem"),
    "--data",
    data,
    ...facts,
    "--out",
    enrolment,
  );
  const install = ["station", "install", enrolment, "--station", folder, "--trust", join(data, "trust.json")];
  await natalis(...install, ...key.use);
  return { folder, id: out.trim() };
}

/** @param words more of them, such as those of a TLS certificate: `roots` (PEM) are then what it leads to */
export async function startStation(
  scope: Scope,
  { folder }: StationPlace,
  words: readonly string[] = [],
  roots?: readonly string[],
): Promise<RunningStation> {
  const port = await freePort();
  const child = spawnNatalis(["station", "serve", "--station", folder, "--port", String(port), ...words]);
  const ended = outcomeOf(child);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  scope.defer(() => end("SIGKILL"));
  const token = readFileSync(join(folder, "line.token"), "utf8").trim();
  const url = `${roots === undefined ? "http" : "https"}://${loopback}:${port}`;
  const line = new Client({ url, token, ...(roots && { roots }) });
  scope.defer(() => line.close());
  for (let waited = 0; ; waited += pollMilliseconds) {
    assert.equal(child.exitCode ?? child.signalCode, null, "the station ended before it was ready");
    assert.ok(waited < startMilliseconds, "the station is not ready");
    const answer = await line.ask("GET", "/healthz").catch(() => undefined);
    if (answer?.status === 200) break;
    await wait(pollMilliseconds);
  }
  return { url, line, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

/** The words of `natalis station sync`. */
export function syncWords({ folder }: StationPlace, { place }: RunningRegistrar, ...words: string[]): string[] {
  return ["station", "sync", "--station", folder, "--registrar", `https://${loopback}:${place.httpsPort}`, ...words];
}

export async function statusOf({ folder }: StationPlace): Promise<Record<string, unknown>> {
  return JSON.parse(await natalis("station", "status", "--station", folder, "--json")) as Record<string, unknown>;
}
