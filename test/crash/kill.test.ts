// SPDX-License-Identifier: Apache-2.0
// kill -9 while births run, again and again on one data folder. After each restart: what was answered is in registry
// and log; what was not answered is born, or answered as it was stored, when its device asks again; and no checkpoint
// that anybody ever saw contradicts the log (DESIGN 3.3).

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { parseLogProof, verifyCheckpoint } from "natalis/formats";
import { toBase64, toHex } from "natalis/kernel";
import { verifyReceipt } from "natalis/registry";
import { natalis } from "../support/command.ts";
import { readEntries, rootsBySize, statementOf } from "../support/log-reader.ts";
import { makeRegistrar, type RunningRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { type BirthAnswer, birthOf, makeDevice, papersOf, type SoftwareDevice } from "../support/software-device.ts";

const kills = 20;
const clients = 4;
/** A kill comes at any moment from a round's first answer to this many milliseconds after it. */
const longestRound = 250;

const scope = scopeOf({ after });

/** What the world outside has seen. */
const answered = new Map<string, BirthAnswer>();
const unanswered = new Set<SoftwareDevice>();
const checkpoints = new Set<string>();

test(`${kills} kills while births run lose nothing that was answered and contradict nothing that was served`, async () => {
  const place = await makeRegistrar(scope);
  for (let round = 0; round < kills; round++) {
    const registrar = await startRegistrar(scope, place);
    const waiting = [...unanswered];
    await askAgain(registrar);
    await holds(registrar);
    const before = answered.size;
    await killWhileBirthsRun(registrar, round);
    assert.ok(answered.size > before && waiting.every((device) => !unanswered.has(device)));
  }
  const registrar = await startRegistrar(scope, place);
  await askAgain(registrar);
  await holds(registrar);
  await everyReceiptHolds(registrar);
  await isListedByCommand(place.folder);
  assert.equal((await registrar.stop()).code, 0);
  const report = JSON.parse(await natalis("log", "audit", "--json", "--data", place.folder)) as Record<string, unknown>;
  assert.deepEqual([report.problemCount, report.problems, report.devices], [0, [], answered.size]);
});

async function killWhileBirthsRun(registrar: RunningRegistrar, round: number): Promise<void> {
  const firstAnswer = Promise.withResolvers<void>();
  const lines = Array.from({ length: clients }, (_, line) =>
    bearUntilKilled(registrar, `KILL-${round}-${line}`, firstAnswer.resolve),
  );
  const watcher = watchCheckpoints(registrar);
  await Promise.race([firstAnswer.promise, Promise.all(lines)]);
  await wait(randomInt(longestRound));
  await registrar.kill();
  await Promise.all([...lines, watcher]);
  checkpoints.add(readFileSync(join(registrar.place.folder, "checkpoint"), "utf8"));
}

/** A factory line: one birth after the other. */
async function bearUntilKilled({ admin }: RunningRegistrar, name: string, tell: () => void): Promise<void> {
  for (let number = 0; ; number++) {
    const device = await makeDevice(`${name}-${number}`);
    unanswered.add(device);
    const answer = await admin.ask("POST", "/births", { body: birthOf(device) }).catch(() => undefined);
    if (answer === undefined) return;
    assert.equal(answer.status, 201, answer.text);
    takeAnswer(device, JSON.parse(answer.text) as BirthAnswer);
    tell();
  }
}

function takeAnswer(device: SoftwareDevice, answer: BirthAnswer): void {
  unanswered.delete(device);
  answered.set(answer.device, answer);
  checkpoints.add(parseLogProof(answer.receipt).checkpoint);
}

async function watchCheckpoints({ plain }: RunningRegistrar): Promise<void> {
  for (;;) {
    const note = await plain.text("/log/checkpoint").catch(() => undefined);
    if (note === undefined) return;
    checkpoints.add(note);
    await wait(10);
  }
}

/** Devices that got no answer ask once more with the same request. */
async function askAgain({ admin }: RunningRegistrar): Promise<void> {
  for (const device of unanswered) {
    const answer = await admin.ask("POST", "/births", { body: birthOf(device) });
    assert.ok(answer.status === 200 || answer.status === 201, answer.text);
    takeAnswer(device, JSON.parse(answer.text) as BirthAnswer);
  }
}

async function holds(registrar: RunningRegistrar): Promise<void> {
  const note = await registrar.plain.text("/log/checkpoint");
  checkpoints.add(note);
  const { size } = await verified(registrar, note);
  const entries = await readEntries(registrar.plain, size);
  for (const { index, entry } of answered.values()) assert.equal(toBase64(entries[index] as Uint8Array), entry);
  await contradictsNothing(registrar, rootsBySize(entries));
  await isRegistered(registrar);
}

/** Roots were signed at many sizes: each must be the one that the entries have at that size. */
async function contradictsNothing(registrar: RunningRegistrar, roots: readonly Uint8Array[]): Promise<void> {
  for (const note of checkpoints) {
    const { size, root } = statementOf(note);
    assert.equal(toHex(root), toHex(roots[size] ?? new Uint8Array(0)), `a checkpoint of size ${size}`);
  }
  await Promise.all([...checkpoints].slice(-clients).map((note) => verified(registrar, note)));
}

function verified({ trust }: RunningRegistrar, note: string) {
  return verifyCheckpoint(note, trust.log, { verifier: nodeSignatureVerifier, hash: nodeHash });
}

interface Listed {
  readonly device: string;
  readonly state: string;
  readonly certificateHash: string;
}

/** Exactly what was answered: nothing is missing, and nothing is there that nobody got. */
async function isRegistered({ admin }: RunningRegistrar): Promise<void> {
  const found: Listed[] = [];
  for (let next = ""; ; ) {
    const page = await admin.json<{ devices: Listed[]; next?: number }>("GET", `/devices?limit=500${next}`);
    found.push(...page.devices);
    if (page.next === undefined) break;
    next = `&after=${page.next}`;
  }
  assert.equal(found.length, answered.size);
  for (const { device, state, certificateHash } of found) {
    const { certificate } = papersOf(answered.get(device) ?? assert.fail(`${device} was never answered`));
    assert.deepEqual([state, certificateHash], ["active", toHex(nodeHash.sha256(certificate))]);
  }
}

/** Each device by itself: its papers are the ones answered, and both receipts prove its entry. */
async function everyReceiptHolds({ admin, trust }: RunningRegistrar): Promise<void> {
  const ground = { policy: trust.log, verifier: nodeSignatureVerifier, hash: nodeHash };
  for (const { device, index, entry, certificate, receipt } of answered.values()) {
    const [events, stored, later] = await Promise.all([
      admin.json<{ events: { type: string; index: number }[] }>("GET", `/devices/${device}`),
      admin.text(`/devices/${device}/certificate`),
      admin.text(`/devices/${device}/receipt`),
    ]);
    assert.deepEqual(
      events.events.map((event) => [event.type, event.index]),
      [["born", index]],
    );
    assert.equal(stored, certificate);
    const bytes = Buffer.from(entry, "base64");
    for (const proof of [receipt, later]) assert.equal((await verifyReceipt(proof, bytes, ground)).index, index);
  }
}

async function isListedByCommand(folder: string): Promise<void> {
  const lines = (await natalis("device", "list", "--data", folder)).trimEnd().split("\n");
  assert.deepEqual(new Set(lines.map((line) => line.split("\t")[0])), new Set(answered.keys()));
}
