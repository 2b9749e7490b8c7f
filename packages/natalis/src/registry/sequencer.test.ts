// SPDX-License-Identifier: Apache-2.0
// What becomes of events: entered, refused one by one, or unknown; and that a receipt goes with every entered one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { equalBytes, portableHash } from "../kernel/index.ts";
import {
  enrolment,
  InsecureSeededEntropy,
  lifecycleEvent,
  madeUpBirth,
  openUnsafeTestLog,
  testIssuer,
  testOrigin,
  testStart,
  testStation,
  type UnsafeTestLog,
} from "../testing/index.ts";
import { entryTypes, parsePublicEntry, parseStateEntry } from "./entry.ts";
import type { RegistryEvent } from "./events.ts";
import { verifyReceipt } from "./receipt.ts";
import { Sequencer } from "./sequencer.ts";

async function codesOf(log: UnsafeTestLog, ...events: RegistryEvent[]): Promise<string[]> {
  const outcomes = await log.commit(...events);
  return outcomes.map((outcome) =>
    outcome.kind === "refused" ? `${outcome.error.code} ${outcome.error.detail}` : "entered",
  );
}

const idOf = (number: number) => madeUpBirth(number).device.id;

test("a commit enters its events in order, closes with a state entry, and hands out receipts that verify", async () => {
  const log = await openUnsafeTestLog();
  const outcomes = await log.commit(madeUpBirth(1), madeUpBirth(2), lifecycleEvent("suspended", idOf(1)));
  const { entries, head } = log.registry.tables;
  assert.deepEqual(
    entries.slice(2).map(({ type }) => type),
    [1, 1, 2, 0],
  );
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind === "entered" && outcome.index),
    [2, 3, 4],
  );
  for (const outcome of outcomes) {
    assert.ok(outcome.kind === "entered");
    const { index, entry, checkpoint } = await verifyReceipt(outcome.receipt, outcome.entry, log.trust);
    assert.equal(index, outcome.index);
    assert.equal(entry.type, entries[index]?.type);
    assert.deepEqual([checkpoint.size, checkpoint.origin], [6, testOrigin]);
  }
  assert.equal(log.mirror.read(), head?.checkpoint);
  const state = parseStateEntry((entries.at(-1) as { entry: Uint8Array }).entry);
  assert.deepEqual(state, { time: log.now.getTime(), devices: 2, stateRoot: head?.stateRoot });
});

test("a born entry tells ordinal, key and unit; a later one names the entry before", async () => {
  const log = await openUnsafeTestLog();
  const birth = await log.enter(madeUpBirth(1));
  const later = await log.enter(lifecycleEvent("revoked", idOf(1), { reason: 1 }));
  const born = parsePublicEntry(birth.entry);
  assert.deepEqual([born.ordinal, born.previous], [0, null]);
  assert.ok(equalBytes(born.keyHash as Uint8Array, madeUpBirth(1).device.keyHash));
  const revoked = parsePublicEntry(later.entry);
  assert.deepEqual([revoked.ordinal, revoked.previous, revoked.keyHash], [0, birth.index, null]);
  assert.equal(later.device?.state, "revoked");
  assert.equal(log.registry.device(idOf(1))?.lastEntry, later.index);
});

test("no events make an idle commit of the state entry alone", async () => {
  const log = await openUnsafeTestLog();
  await log.enter(madeUpBirth(1));
  const before = log.registry.tables.head;
  assert.deepEqual(await log.commit(), []);
  const after = log.registry.tables.head;
  assert.equal(after?.size, (before?.size ?? 0) + 1);
  assert.deepEqual(after?.stateRoot, before?.stateRoot);
  assert.equal(log.registry.tables.entries.at(-1)?.type, entryTypes.state);
});

test("time never decreases, whatever the clock says", async () => {
  const log = await openUnsafeTestLog();
  const { head } = await log.sequencer.commit([madeUpBirth(1)], new Date(testStart.getTime() - 5000));
  assert.equal(head?.time, testStart.getTime() + 1000);
});

test("a second birth inside a batch is refused alone, whatever it shares", async () => {
  const log = await openUnsafeTestLog();
  const first = madeUpBirth(1).device;
  const found = await codesOf(
    log,
    madeUpBirth(1),
    madeUpBirth(2, { keyHash: first.keyHash }),
    madeUpBirth(3, { unitTag: first.unitTag }),
    madeUpBirth(4, { id: first.id }),
    madeUpBirth(5, { certificateSerial: first.certificateSerial }),
    madeUpBirth(6),
  );
  const duplicates = ["key", "unit", "device", "serial"].map((field) => `NAT_REGISTRY_DUPLICATE ${field}`);
  assert.deepEqual(found, ["entered", ...duplicates, "entered"]);
  assert.deepEqual(
    log.registry.tables.devices.map(({ serial }) => serial),
    ["S-1", "S-6"],
  );
});

test("a second birth after the first is refused alone, also when the device is retired", async () => {
  const log = await openUnsafeTestLog();
  await log.enter(madeUpBirth(1));
  await log.enter(lifecycleEvent("retired", idOf(1)));
  const { unitTag, keyHash } = madeUpBirth(1).device;
  assert.deepEqual(await codesOf(log, madeUpBirth(2, { unitTag }), madeUpBirth(3), madeUpBirth(4, { keyHash })), [
    "NAT_REGISTRY_DUPLICATE unit",
    "entered",
    "NAT_REGISTRY_DUPLICATE key",
  ]);
});

test("a batch of refusals only commits nothing", async () => {
  const log = await openUnsafeTestLog();
  await log.enter(madeUpBirth(1));
  const before = log.registry.tables.head;
  assert.deepEqual(await codesOf(log, madeUpBirth(1), lifecycleEvent("resumed", idOf(1))), [
    "NAT_REGISTRY_DUPLICATE key",
    "NAT_LIFECYCLE_REFUSED active, resumed",
  ]);
  assert.equal(log.registry.tables.head, before);
  assert.deepEqual(await codesOf(log, madeUpBirth(2)), ["entered"]);
});

test("a quota is used up exactly, inside a batch and after it", async () => {
  const log = await openUnsafeTestLog();
  await log.enter(enrolment("small", { quota: 3 }));
  const births = [1, 2, 3, 4, 5].map((number) => madeUpBirth(number, { station: "small" }));
  assert.deepEqual(await codesOf(log, ...births.slice(0, 2)), ["entered", "entered"]);
  const used = "NAT_REGISTRY_QUOTA small: 3 of 3";
  assert.deepEqual(await codesOf(log, ...births.slice(2), madeUpBirth(6)), ["entered", used, used, "entered"]);
  assert.equal(log.registry.operator("small")?.born, 3);
});

test("a retry of the birth that used up the quota is told as a duplicate, for which there is an answer", async () => {
  const log = await openUnsafeTestLog();
  await log.enter(enrolment("small", { quota: 1 }));
  const [first, second] = [1, 2].map((number) => madeUpBirth(number, { station: "small" }));
  await log.enter(first as RegistryEvent);
  const found = await codesOf(log, first as RegistryEvent, second as RegistryEvent);
  assert.deepEqual(found, ["NAT_REGISTRY_DUPLICATE key", "NAT_REGISTRY_QUOTA small: 1 of 1"]);
});

test("a station that is unknown or revoked enters no birth, not even later in the batch that revoked it", async () => {
  const log = await openUnsafeTestLog();
  const revoked = { type: "operator-revoked", operatorId: testStation, actor: "admin" } as const;
  const found = await codesOf(log, madeUpBirth(1, { station: "ghost" }), madeUpBirth(2), revoked, madeUpBirth(3));
  assert.deepEqual(found, [
    "NAT_REGISTRY_OPERATOR ghost",
    "entered",
    "entered",
    `NAT_REGISTRY_OPERATOR ${testStation}`,
  ]);
  assert.deepEqual(await codesOf(log, madeUpBirth(4), revoked), [
    `NAT_REGISTRY_OPERATOR ${testStation}`,
    `NAT_REGISTRY_OPERATOR ${testStation}`,
  ]);
});

test("an administrator is revoked by another one only, also where two revoke each other in one batch", async () => {
  const log = await openUnsafeTestLog();
  for (const id of ["admin-1", "admin-2"]) await log.enter(enrolment(id, { role: "admin" }));
  const revoke = (operatorId: string, actor: string) => ({ type: "operator-revoked", operatorId, actor }) as const;
  const refused = (operatorId: string, actor: string) => `NAT_REGISTRY_ADMINISTRATOR ${operatorId} by ${actor}`;
  for (const actor of ["admin-1", "ghost", testStation])
    assert.deepEqual(await codesOf(log, revoke("admin-1", actor)), [refused("admin-1", actor)]);
  assert.deepEqual(await codesOf(log, revoke("admin-1", "admin-2"), revoke("admin-2", "admin-1")), [
    "entered",
    refused("admin-2", "admin-1"),
  ]);
  assert.equal(log.registry.operator("admin-2")?.state, "active");
});

test("an operator id, a token and a certificate are enrolled once", async () => {
  const log = await openUnsafeTestLog();
  const [tokenHash, certificateHash] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const first = enrolment("a", { tokenHash, certificateHash });
  const second = enrolment("b", { certificateHash });
  assert.deepEqual(await codesOf(log, first, enrolment("a"), enrolment("b", { tokenHash }), second), [
    "entered",
    "NAT_REGISTRY_DUPLICATE operator",
    "NAT_REGISTRY_DUPLICATE token",
    "NAT_REGISTRY_DUPLICATE certificate",
  ]);
  assert.deepEqual(await codesOf(log, first, enrolment("c", { tokenHash }), second, enrolment("A")), [
    "NAT_REGISTRY_DUPLICATE operator",
    "NAT_REGISTRY_DUPLICATE token",
    "NAT_REGISTRY_DUPLICATE certificate",
    "NAT_REGISTRY_BODY an operator id of 1 characters",
  ]);
});

test("an operator is enrolled with a certificate alone, and not with nothing", async () => {
  const log = await openUnsafeTestLog();
  const certificateHash = new Uint8Array(32).fill(2);
  const { tokenHash: _, ...operator } = enrolment("a", { certificateHash }).operator;
  await log.enter({ type: "operator-enrolled", actor: "init", operator });
  assert.deepEqual(log.registry.operatorByCertificate(certificateHash)?.id, "a");
  const { certificateHash: _hash, ...bare } = { ...operator, id: "b" };
  const codes = await codesOf(log, { type: "operator-enrolled", actor: "init", operator: bare });
  assert.deepEqual(codes, ["NAT_REGISTRY_BODY credentials of no bytes"]);
});

test("a device that is unknown, a reason that does not fit, and a note too long refuse the event", async () => {
  const log = await openUnsafeTestLog();
  await log.enter(madeUpBirth(1));
  const found = await codesOf(
    log,
    lifecycleEvent("suspended", idOf(9)),
    lifecycleEvent("suspended", idOf(1), { reason: 1 }),
    lifecycleEvent("suspended", idOf(1), { invalidityDate: 5 }),
    lifecycleEvent("revoked", idOf(1), { reason: 6 }),
    lifecycleEvent("revoked", idOf(1), { note: "n".repeat(1001) }),
  );
  assert.deepEqual(
    found.map((text) => text.split(" ")[0]),
    [
      "NAT_REGISTRY_DEVICE",
      "NAT_LIFECYCLE_REASON",
      "NAT_LIFECYCLE_REASON",
      "NAT_LIFECYCLE_REASON",
      "NAT_REGISTRY_BODY",
    ],
  );
  assert.equal(log.registry.device(idOf(1))?.state, "active");
});

test("an invalidity date before 1970, after now, or that is no second refuses the event", async () => {
  const log = await openUnsafeTestLog();
  await log.enter(madeUpBirth(1));
  const soon = Math.floor(log.now.getTime() / 1000) + 60;
  for (const invalidityDate of [-1, soon, 1.5, Number.NaN]) {
    const [code] = await codesOf(log, lifecycleEvent("revoked", idOf(1), { reason: 1, invalidityDate }));
    assert.match(code ?? "", /^NAT_LIFECYCLE_REASON/, String(invalidityDate));
  }
  assert.equal(log.registry.device(idOf(1))?.state, "active");
});

test("what is on the CRL of a shard follows from events, also inside one batch", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1), madeUpBirth(2), madeUpBirth(3));
  await log.commit(lifecycleEvent("suspended", idOf(1)), lifecycleEvent("suspended", idOf(2)));
  const rows = () =>
    [...log.registry.tables.revocations.values()].map(({ reason, invalidityDate }) => [reason, invalidityDate]);
  assert.deepEqual(rows(), [
    [6, undefined],
    [6, undefined],
  ]);
  await log.commit(
    lifecycleEvent("resumed", idOf(1)),
    lifecycleEvent("revoked", idOf(2), { reason: 1, invalidityDate: 77 }),
  );
  assert.deepEqual(rows(), [[1, 77_000]]);
  await log.commit(lifecycleEvent("suspended", idOf(3)), lifecycleEvent("resumed", idOf(3)));
  assert.deepEqual(rows(), [[1, 77_000]]);
  const shard = madeUpBirth(3).device.certificateSerial.at(-1) as number;
  assert.equal(log.registry.shardChangedBy(testIssuer, shard), log.registry.device(idOf(3))?.lastEntry);
});

test("a birth and its first change may share a batch", async () => {
  const log = await openUnsafeTestLog();
  assert.deepEqual(await codesOf(log, madeUpBirth(1), lifecycleEvent("retired", idOf(1))), ["entered", "entered"]);
  assert.equal(log.registry.device(idOf(1))?.state, "retired");
});

test("a commit that failed before it was stored answers nobody, and asking again enters the events", async () => {
  const log = await openUnsafeTestLog();
  log.registry.failCommits("before");
  await assert.rejects(log.commit(madeUpBirth(1)), { code: "NAT_TESTING_INJECTED" });
  assert.equal(log.registry.device(idOf(1)), undefined);
  assert.deepEqual(await codesOf(log, madeUpBirth(1)), ["entered"]);
});

test("a commit that failed after it was stored is found out and answered", async () => {
  const log = await openUnsafeTestLog();
  log.registry.failCommits("after");
  const { entry, receipt } = await log.enter(madeUpBirth(1));
  await verifyReceipt(receipt, entry, log.trust);
  assert.deepEqual(await codesOf(log, madeUpBirth(1)), ["NAT_REGISTRY_DUPLICATE key"]);
});

test("where even that cannot be asked, nobody is answered, and asking again tells", async () => {
  const log = await openUnsafeTestLog();
  const broken = log.registry.copy();
  broken.failCommits("after");
  broken.checkpointAt = () => {
    throw new RangeError("connection lost");
  };
  const cut = log.over(broken);
  await assert.rejects(cut.commit(madeUpBirth(1)), RangeError);
  assert.deepEqual(await codesOf(cut, madeUpBirth(1), madeUpBirth(2)), ["NAT_REGISTRY_DUPLICATE key", "entered"]);
});

test("two writers of one store get in each other's way and lose nothing", async () => {
  const log = await openUnsafeTestLog();
  const other = log.over(log.registry);
  const births = Array.from({ length: 12 }, (_, number) => madeUpBirth(number));
  const answers = await Promise.all(births.map((birth, i) => codesOf(i % 2 === 0 ? log : other, birth)));
  assert.deepEqual(new Set(answers.flat()), new Set(["entered"]));
  assert.deepEqual(
    log.registry.tables.devices.map(({ ordinal }) => ordinal),
    births.map((_, i) => i),
  );
  const twice = await Promise.all([codesOf(log, madeUpBirth(20)), codesOf(other, madeUpBirth(20))]);
  assert.deepEqual(twice.flat().sort(), ["NAT_REGISTRY_DUPLICATE key", "entered"]);
});

test("tiles read while another writer changes them are read again", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(...Array.from({ length: 300 }, (_, number) => madeUpBirth(number)));
  const late = log.over(log.registry);
  await late.commit();
  await log.enter(lifecycleEvent("suspended", idOf(5)));
  const outcome = await late.enter(lifecycleEvent("suspended", idOf(6)));
  assert.equal(outcome.index, log.registry.device(idOf(6))?.lastEntry);
});

test("a store that always moves is given up on", async () => {
  const log = await openUnsafeTestLog();
  const refusing = log.registry.copy();
  const other = log.over(log.registry.copy());
  await other.enter(madeUpBirth(7));
  refusing.commit = (batch) => other.registry.commit(batch);
  await assert.rejects(log.over(refusing).commit(madeUpBirth(1)), { code: "NAT_REGISTRY_BUSY" });
});

test("more waiting commits than may wait are refused at once", async () => {
  const log = await openUnsafeTestLog();
  const commits = Array.from({ length: 300 }, () => log.sequencer.commit([], testStart));
  const results = await Promise.allSettled(commits);
  const refused = results.filter(({ status }) => status === "rejected");
  assert.equal(refused.length, 44);
  assert.equal((refused[0] as PromiseRejectedResult).reason.code, "NAT_REGISTRY_BUSY");
});

test("damaged tiles stop a writer that opens them", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1), madeUpBirth(2));
  for (const tiles of ["logTiles", "stateTiles"] as const) {
    const damaged = log.registry.copy();
    const tile = damaged.tables[tiles].get("0/0") as Uint8Array;
    tile[0] = (tile[0] as number) ^ 1;
    await assert.rejects(log.over(damaged).commit(madeUpBirth(3)), { code: "NAT_REGISTRY_DAMAGED" });
  }
});

test("salts are fresh for every entry", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1), madeUpBirth(2), lifecycleEvent("suspended", idOf(1)));
  const salts = log.registry.tables.entries.filter(({ type }) => type !== 0).map(({ salt }) => salt.toString());
  assert.equal(new Set(salts).size, salts.length);
  assert.ok(salts.every((salt) => salt.split(",").length === 16));
});

test("a sequencer may begin an empty log", async () => {
  const log = await openUnsafeTestLog();
  const { registry, mirror, signers } = log;
  registry.tables.entries.length = 0;
  const empty = Object.assign(registry.copy(), { tables: { ...registry.copy().tables, head: undefined } });
  for (const table of [empty.tables.logTiles, empty.tables.stateTiles, empty.tables.operators]) table.clear();
  empty.tables.checkpoints.length = 0;
  const entropy = new InsecureSeededEntropy("x");
  const context = { stores: empty.stores, mirror, origin: testOrigin, signers, entropy, hash: portableHash };
  const { head } = await new Sequencer(context).commit([], testStart);
  assert.equal(head?.size, 1);
});
