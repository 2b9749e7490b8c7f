// SPDX-License-Identifier: Apache-2.0
// Real histories on SQLite: written by the sequencer, read by the audit, restored from a backup, tampered with.

import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { FileCheckpointMirror, nodeHash as hash, nodeEntropy, nodeSignatureVerifier } from "@natalis/node";
import { auditLog, openRegistry, type RegistryEvent, receiptOf, Sequencer, verifyReceipt } from "natalis/registry";
import {
  enrolment,
  lifecycleEvent,
  madeUpBirth,
  openUnsafeTestLog,
  readMadeUpFacts,
  testOrigin as origin,
  testStart,
  testStation,
} from "natalis/testing";
import { openSqliteRegistry, openSqliteSnapshot } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-history-"));
after(() => rmSync(folder, { recursive: true }));
const { signers, trust } = await openUnsafeTestLog();
const proofTrust = { ...trust, verifier: nodeSignatureVerifier, hash };

interface Place {
  readonly path: string;
  readonly mirror: FileCheckpointMirror;
}

function newPlace(name: string): Place {
  return { path: join(folder, `${name}.sqlite`), mirror: new FileCheckpointMirror(join(folder, `${name}.checkpoint`)) };
}

/** Opens as a program does, commits the batches and closes. */
async function write({ path, mirror }: Place, ...batches: RegistryEvent[][]) {
  const stores = await openSqliteRegistry(path);
  try {
    await openRegistry({ stores, mirror, origin, hash });
    const sequencer = new Sequencer({ stores, mirror, origin, signers, entropy: nodeEntropy, hash });
    const commits = [];
    for (const events of batches) commits.push(await sequencer.commit(events, testStart));
    return commits.flatMap(({ outcomes }) => outcomes);
  } finally {
    stores.close();
  }
}

async function audit({ path, mirror }: Place) {
  const stores = await openSqliteSnapshot(path);
  try {
    return await auditLog({ stores, mirror, origin, readFacts: readMadeUpFacts, ...proofTrust });
  } finally {
    stores.close();
  }
}

const births = (first: number, count: number) => Array.from({ length: count }, (_, i) => madeUpBirth(first + i));
const idOf = (number: number) => madeUpBirth(number).device.id;

test("a history of births and events, over several openings, passes the audit and proves each entry", async () => {
  const place = newPlace("whole");
  await write(place, [enrolment(testStation)], births(0, 300));
  const events = [lifecycleEvent("suspended", idOf(7)), lifecycleEvent("revoked", idOf(8), { reason: 1 })];
  const outcomes = await write(place, events, births(300, 64), [lifecycleEvent("resumed", idOf(7))]);
  const { problems, devices, entries } = await audit(place);
  assert.deepEqual(problems, []);
  assert.deepEqual([devices, entries], [364, 1 + 364 + 3 + 5]);
  const stores = await openSqliteSnapshot(place.path);
  for (const outcome of outcomes) {
    assert.ok(outcome.kind === "entered");
    await verifyReceipt(await receiptOf(outcome.index, stores, hash), outcome.entry, proofTrust);
  }
  stores.close();
});

test("a key born before is refused after a restart, also of a retired device", async () => {
  const place = newPlace("again");
  await write(place, [enrolment(testStation)], births(0, 1), [lifecycleEvent("retired", idOf(0))]);
  const [outcome] = await write(place, [madeUpBirth(9, { keyHash: madeUpBirth(0).device.keyHash })]);
  assert.ok(outcome?.kind === "refused");
  assert.equal(outcome.error.code, "NAT_REGISTRY_DUPLICATE");
  assert.equal(outcome.error.detail, "key");
});

test("a restored older database is refused", async () => {
  const place = newPlace("restored");
  await write(place, [enrolment(testStation)], births(0, 3));
  copyFileSync(place.path, join(folder, "backup"));
  await write(place, births(3, 3));
  copyFileSync(join(folder, "backup"), place.path);
  await assert.rejects(write(place, births(6, 1)), { code: "NAT_REGISTRY_ROLLED_BACK" });
});

test("the audit finds what was changed behind the registry's back", async () => {
  const place = newPlace("tampered");
  await write(place, [enrolment(testStation)], births(0, 3), [lifecycleEvent("revoked", idOf(1))]);
  const database = new DatabaseSync(place.path);
  for (const [change, back] of [
    ["UPDATE devices SET state = 'active' WHERE ordinal = 1", "UPDATE devices SET state = 'revoked' WHERE ordinal = 1"],
    ["DELETE FROM revocations", undefined],
  ] as const) {
    database.exec(change);
    assert.ok((await audit(place)).problemCount > 0, change);
    if (back === undefined) continue;
    database.exec(back);
    assert.equal((await audit(place)).problemCount, 0, back);
  }
  database.close();
});
