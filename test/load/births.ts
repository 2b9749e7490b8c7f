// SPDX-License-Identifier: Apache-2.0
// Many births from end to end: a registrar is made and started as its users do, units made by OpenSSL and by the SDK are
// born, every answer is verified, and then everybody who can audits the log: ourselves by reading it as a stranger,
// `natalis log audit` from what is stored, and Go's checksum database code from what is served.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { equalBytes, toBase64 } from "natalis/kernel";
import { buildJudge } from "../interop/judge.ts";
import { Desk } from "../interop/peer.ts";
import { natalis } from "../support/command.ts";
import { readEntries, rootsBySize, statementOf } from "../support/log-reader.ts";
import { loopback } from "../support/ports.ts";
import { openRegistrar, product, type RunningRegistrar } from "../support/registrar.ts";
import type { Scope } from "../support/scope.ts";
import { auditByGo, auditItself } from "./audits.ts";
import { runTasks } from "./crew.ts";
import { peakMiB } from "./resident.ts";
import type { StationEquipment, VerifiedBirth } from "./task.ts";
import { type Load, tasksOf } from "./tasks.ts";
import type { Tell } from "./tell.ts";

export interface BirthsReport {
  /** By maker and way: "openssl single" and so on. */
  readonly births: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly perSecond: number;
  readonly peakMemoryMiB: number;
  readonly entries: number;
  /** Checkpoints that the receipts state, each of them the log's at its size. */
  readonly checkpoints: number;
  readonly audit: { readonly entries: number; readonly devices: number; readonly seconds: number };
  readonly go: { readonly entries: number; readonly tiles: number; readonly seconds: number };
}

/** Throws where anything is not as it must be. */
export async function bearMany(load: Load, scope: Scope, tell: Tell): Promise<BirthsReport> {
  const desk = new Desk(scope);
  const judge = await buildJudge(desk);
  const registrar = await openRegistrar(scope);
  const older = desk.put("older", await registrar.plain.text("/log/checkpoint"));
  const born = await timed(() => bearAll(load, registrar, desk, tell));
  const { births, counts } = born.result;
  tell.line(`${births.length} births in ${born.seconds} s, each verified`);
  const read = await standInLog(births, registrar);
  tell.line(`each stands once in the log of ${read.entries} entries; ${read.checkpoints} checkpoints agree with it`);
  const audit = await timed(() => auditItself(registrar));
  assert.deepEqual([audit.result.problems, audit.result.devices], [[], births.length]);
  tell.line(`natalis log audit: clean, ${audit.result.devices} devices, ${audit.seconds} s`);
  const go = await timed(() => auditByGo(registrar, judge, older));
  assert.deepEqual([go.result.entries, go.result.checkpoint.size], [read.entries, read.entries]);
  tell.line(`Go's tlog: ${go.result.entries} entries, ${go.result.tiles} tiles, ${go.seconds} s`);
  const peakMemoryMiB = peakMiB(registrar.pid);
  assert.equal((await registrar.stop()).code, 0);
  return {
    births: counts,
    seconds: born.seconds,
    perSecond: Math.round(births.length / born.seconds),
    peakMemoryMiB,
    ...read,
    audit: { entries: audit.result.entries, devices: audit.result.devices, seconds: audit.seconds },
    go: { entries: go.result.entries, tiles: go.result.tiles, seconds: go.seconds },
  };
}

async function bearAll(load: Load, { place }: RunningRegistrar, desk: Desk, tell: Tell) {
  const words = ["operator", "add", "load", "--role", "station", "--product", product, "--data", place.folder];
  const token = (await natalis(...words)).trim();
  const folder = desk.path("units");
  mkdirSync(folder);
  const url = `https://${loopback}:${place.httpsPort}`;
  const trust = readFileSync(join(place.folder, "trust.json"), "utf8");
  const equipment: StationEquipment = { url, trust, token, folder };
  const births: VerifiedBirth[] = [];
  const counts: Record<string, number> = {};
  const progress = tell.progress("births", load.births);
  await runTasks(tasksOf(load), equipment, ({ maker, way }, some) => {
    births.push(...some);
    const kind = `${maker} ${way}`;
    counts[kind] = (counts[kind] ?? 0) + some.length;
    progress(births.length);
  });
  assert.equal(births.length, load.births);
  return { births, counts };
}

/** Each device and each entry once, where its receipt says, in trees that the log had. */
async function standInLog(births: readonly VerifiedBirth[], { plain }: RunningRegistrar) {
  assert.equal(new Set(births.map(({ device }) => device)).size, births.length);
  assert.equal(new Set(births.map(({ index }) => index)).size, births.length);
  const { size } = statementOf(await plain.text("/log/checkpoint"));
  const entries = await readEntries(plain, size);
  const stated = new Map<number, string>();
  for (const { index, entry, size: treeSize, root } of births) {
    assert.ok(equalBytes(entries[index] as Uint8Array, entry), `entry ${index}`);
    assert.equal(stated.get(treeSize) ?? root, root, `two roots at size ${treeSize}`);
    stated.set(treeSize, root);
  }
  const roots = rootsBySize(entries);
  for (const [treeSize, root] of stated) assert.equal(toBase64(roots[treeSize] as Uint8Array), root);
  return { entries: size, checkpoints: stated.size };
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; seconds: number }> {
  const begun = performance.now();
  const result = await work();
  return { result, seconds: Number(((performance.now() - begun) / 1000).toFixed(1)) };
}
