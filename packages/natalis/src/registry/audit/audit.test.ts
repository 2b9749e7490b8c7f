// SPDX-License-Identifier: Apache-2.0
// An audit that finds nothing proves nothing, so every kind of damage is done here and must be found, and named.

import assert from "node:assert/strict";
import { test } from "node:test";
import { algorithms, type TileId } from "../../formats/index.ts";
import { NatalisError, portableHash } from "../../kernel/index.ts";
import { forgeCertificate } from "../../testing/certificate-forge.ts";
import {
  enrolment,
  lifecycleEvent,
  type MemoryTables,
  madeUpBirth,
  openUnsafeTestLog,
  readMadeUpFacts,
  refusedBirth,
  testOrigin,
  testStation,
  type UnsafeTestLog,
  VolatileInsecureMirror,
  VolatileInsecureRegistry,
} from "../../testing/index.ts";
import { generateKeyPair, signerFromKeyPair } from "../../webcrypto/index.ts";
import { authorityEvent } from "../authority-event.ts";
import type { ProductCounts } from "../admission-ports.ts";
import type { RegistryHead } from "../ports.ts";
import { type AuditInput, auditLog } from "./audit.ts";
import type { AuditProgress, AuditReport } from "./report.ts";

const hash = portableHash;
const idOf = (number: number) => madeUpBirth(number).device.id;

/** Made-up evidence is its own digests. */
function madeUpDigests(body: Uint8Array): readonly Uint8Array[] {
  if (body.length % 32 !== 0) throw new NatalisError("NAT_CBOR_FORM", "made-up evidence", "bytes");
  return Array.from({ length: body.length / 32 }, (_, i) => body.subarray(i * 32, i * 32 + 32));
}

function audit(log: UnsafeTestLog, registry = log.registry, changes: Partial<AuditInput> = {}): Promise<AuditReport> {
  const { stores } = registry;
  const { mirror, trust } = log;
  const readers = { readFacts: readMadeUpFacts, readKeptEvidence: madeUpDigests };
  return auditLog({ stores, mirror, origin: testOrigin, ...readers, ...trust, ...changes });
}

const spoken = new Uint8Array(32).fill(5);

async function eventfulLog(): Promise<UnsafeTestLog> {
  const log = await openUnsafeTestLog();
  const signer = await signerFromKeyPair(await generateKeyPair(algorithms.ES256));
  const { certificate } = await forgeCertificate({ name: "Root", signer });
  await log.enter(authorityEvent("root", certificate.der, { actor: "init" }, hash));
  await log.commit(...Array.from({ length: 300 }, (_, number) => madeUpBirth(number)));
  const certificateHash = new Uint8Array(32).fill(2);
  await log.commit(enrolment("station-2", { quota: 2, certificateHash }), madeUpBirth(300, { station: "station-2" }));
  await log.commit(lifecycleEvent("suspended", idOf(3)), lifecycleEvent("suspended", idOf(4)));
  await log.commit(
    lifecycleEvent("resumed", idOf(3)),
    lifecycleEvent("revoked", idOf(4), { reason: 1, invalidityDate: 9 }),
  );
  await log.commit(lifecycleEvent("retired", idOf(270)), madeUpBirth(301));
  await log.commit({ type: "operator-revoked", operatorId: "station-2", actor: "admin" });
  await log.commit(
    refusedBirth(3, { deviceId: idOf(3) }),
    refusedBirth(4),
    madeUpBirth(302, {}, { evidence: [spoken], keptEvidence: spoken }),
  );
  await log.commit();
  return log;
}

const log = await eventfulLog();

/** Audits a copy after damage was done to it; answers the findings. */
async function findingsAfter(damage: (tables: MemoryTables) => void): Promise<string[]> {
  const registry = log.registry.copy();
  damage(registry.tables);
  const { problems, problemCount } = await audit(log, registry);
  assert.equal(problems.length, Math.min(problemCount, 1000));
  return problems.map(({ subject, place, finding }) => `${subject} ${place}: ${finding}`);
}

function flip(bytes: Uint8Array | undefined, at = 0): void {
  assert.ok(bytes !== undefined);
  bytes[at] = (bytes[at] as number) ^ 1;
}

function at<T>(list: readonly T[], index: number): T {
  const item = list.at(index);
  assert.ok(item !== undefined);
  return item;
}

test("a registry that was never touched is clean, and counted", async () => {
  const stages: AuditProgress[] = [];
  const report = await audit(log, log.registry, { onProgress: (progress) => stages.push(progress) });
  assert.deepEqual(report, { entries: 324, devices: 303, checkpoints: 10, problemCount: 0, problems: [] });
  assert.deepEqual(new Set(stages.map(({ stage }) => stage)), new Set(["entries", "devices", "tiles", "revocations"]));
  assert.ok(stages.every(({ done, total }) => done <= total));
});

test("a new registry is clean", async () => {
  const report = await audit(log, new VolatileInsecureRegistry(), { mirror: new VolatileInsecureMirror() });
  assert.deepEqual(report, { entries: 0, devices: 0, checkpoints: 0, problemCount: 0, problems: [] });
});

test("unit tags are recomputed with the registry's key", async () => {
  const authenticator = { authenticate: () => new Uint8Array(32) };
  const report = await audit(log, log.registry, { authenticator });
  assert.equal(report.problemCount, 303);
  assert.match(at(report.problems, 0).finding, /unit tag/);
});

test("one changed byte of an entry shows in its tile, its checkpoints and the head", async () => {
  const found = await findingsAfter(({ entries }) => flip(at(entries, 9).entry, 130));
  assert.ok(found.some((text) => text.startsWith("body 9")));
  assert.ok(found.some((text) => text.startsWith("log-tile 0/0")));
  assert.ok(found.some((text) => text.startsWith("checkpoint 305: The entries have another root.")));
  assert.ok(found.some((text) => text.startsWith("head 324: The entries have another root.")));
});

test("one changed byte of a body or salt is found where it is, and nowhere else", async () => {
  for (const field of ["body", "salt"] as const) {
    const found = await findingsAfter(({ entries }) => flip(at(entries, 9)[field], 5));
    assert.deepEqual(found, ["body 9: The body is not the one that the entry commits to."]);
  }
});

const rowDamages: [string, (tables: MemoryTables) => void, RegExp][] = [
  ["the serial of a device", (t) => change(t.devices, 7, { serial: "X" }), /^device .*: The row tells other facts/],
  ["the certificate's serial", (t) => change(t.devices, 7, { certificateSerial: new Uint8Array(16) }), /other facts/],
  ["the station of a device", (t) => change(t.devices, 7, { station: "station-2" }), /other facts/],
  ["a revision that came later", (t) => change(t.devices, 7, { hardwareRevision: "2" }), /other facts/],
  ["the state of a device", (t) => change(t.devices, 270, { state: "active" }), /^device .*: .*another state/],
  ["the time of a state", (t) => change(t.devices, 3, { since: 5 }), /another state/],
  ["the owner of a device", (t) => change(t.devices, 3, { owner: new Uint8Array(32).fill(1) }), /another state/],
  ["the last device's row", (t) => void t.devices.pop(), /^device 302: Rows of 1 are missing/],
  [
    "a row too many",
    (t) => void t.devices.push({ ...at(t.devices, 5), ordinal: 303 }),
    /ordinal 303, where 303 was due/,
  ],
  ["two rows exchanged", (t) => change(t.devices, 5, { ...at(t.devices, 6), ordinal: 5 }), /other facts/],
  ["a row with a custody that is none", (t) => change(t.devices, 5, { custody: Number.NaN }), /NAT_CBOR_VALUE/],
  ["births of a product line", (t) => changeCounts(t, { born: 302 }), /^product meter: The row counts 302/],
  ["a product line's row", (t) => t.admission.products.clear(), /^product meter: The row is missing/],
  ["births of a product line that has none", (t) => changeCounts(t, { product: "valve" }), /^product valve: The row/],
  ["evidence lost from its index", (t) => t.admission.evidence.clear(), /^device \d+: The index of evidence/],
  ["evidence of another birth", (t) => void t.admission.evidence.set("05".repeat(32), 7), /index of evidence names/],
  ["evidence that is kept no more", (t) => t.admission.keptEvidence.clear(), /^evidence \d+: The statements that/],
  [
    "other evidence that is kept",
    (t) => void t.admission.keptEvidence.set(302, new Uint8Array(32).fill(6)),
    /^evidence \d+: The statements that/,
  ],
  [
    "evidence that is kept twice",
    (t) => void t.admission.keptEvidence.set(302, new Uint8Array(64).fill(5)),
    /^evidence \d+: The statements that/,
  ],
  [
    "bytes that are no evidence where it is kept",
    (t) => void t.admission.keptEvidence.set(302, new Uint8Array(1)),
    /^evidence \d+: .*NAT_CBOR/,
  ],
  ["a refused birth's row", (t) => void t.admission.incidents.pop(), /^incident \d+: The row is missing/],
  ["the first of them", (t) => void t.admission.incidents.shift(), /^incident \d+: The row is missing/],
  ["a refused birth's code", (t) => change(t.admission.incidents, 0, { code: "NAT_A" }), /^incident .*not what/],
  ["a refused birth's device", (t) => change(t.admission.incidents, 1, { deviceId: idOf(9) }), /^incident .*not what/],
  ["a refused birth too many", (t) => addIncident(t, 999), /^incident 999: The row is of no refused birth/],
  ["one in between", (t) => addIncident(t, 5), /^incident 5: The row is of no refused birth/],
  ["the end of a station", (t) => changeOperator(t, testStation, { notAfter: 8 }), /^operator station-1: The row/],
  ["a key lost from the index", (t) => t.claims.clear(), /lost its key/],
  ["an operator's births", (t) => changeOperator(t, testStation, { born: 0 }), /^operator station-1: The row/],
  [
    "an operator's token",
    (t) => changeOperator(t, testStation, { tokenHash: new Uint8Array(32) }),
    /^operator station-1/,
  ],
  [
    "an operator's certificate",
    (t) => changeOperator(t, "station-2", { certificateHash: new Uint8Array(32) }),
    /^operator station-2/,
  ],
  [
    "a certificate for a token",
    (t) => changeOperator(t, "station-2", { certificateHash: undefined, tokenHash: new Uint8Array(32).fill(2) }),
    /^operator station-2/,
  ],
  ["an operator back to life", (t) => changeOperator(t, "station-2", { state: "active" }), /^operator station-2/],
  [
    "an operator nobody enrolled",
    (t) => changeOperator(t, "x", { ...t.operators.get(testStation), id: "x" }),
    /^operator x/,
  ],
  ["an operator's row", (t) => void t.operators.delete(testStation), /^operator rows: Rows are missing/],
  ["an authority's row", (t) => void t.authorities.pop(), /^authority rows: Rows are missing/],
  ["an authority's certificate", (t) => flip(at(t.authorities, 0).certificate, 9), /^authority .*: The row/],
  [
    "a second authority",
    (t) => void t.authorities.push({ ...at(t.authorities, 0), entry: 99 }),
    /^authority .*: The row/,
  ],
  ["a revocation's reason", (t) => changeRevocation(t, { reason: 0 }), /^revocation .*: The row/],
  ["a revocation's row", (t) => t.revocations.clear(), /^revocation .*: The row is missing/],
  ["a shard's newest change", (t) => t.shardChanges.set(at([...t.shardChanges.keys()], 0), 1), /Another entry changed/],
  ["a full log tile", (t) => flip(t.logTiles.get("0/0"), 40), /^log-tile 0\/0: It has another content/],
  ["a partial log tile", (t) => flip(t.logTiles.get("0/1"), 40), /^log-tile 0\/1: It has another content/],
  ["an upper log tile", (t) => void t.logTiles.delete("1/0"), /^log-tile 1\/0: It is missing/],
  ["a log tile too wide", (t) => widen(t.logTiles, "0/1"), /^log-tile 0\/1: It is not 68 hashes wide/],
  ["a state tile", (t) => flip(t.stateTiles.get("0/0"), 40), /^state-tile 0\/0: It has another content/],
  ["a state tile too wide", (t) => widen(t.stateTiles, "0/1"), /^state-tile 0\/1: It is not 47 hashes wide/],
  ["a checkpoint", (t) => void t.checkpoints.splice(3, 1), /^checkpoint 308: It is missing/],
  ["a checkpoint of no commit", (t) => copyCheckpoint(t, 3, 100), /^checkpoint 100: It closes no commit/],
  ["a checkpoint of the future", (t) => copyCheckpoint(t, 9, 400), /^checkpoint 400: It closes no commit/],
  ["a checkpoint's signature", (t) => forge(t, (note) => `${note.slice(0, -9)}AAAAAAA=\n`), /NAT_TLOG_SIGNATURE/],
  [
    "a checkpoint's root",
    (t) => forge(t, () => at(t.checkpoints, 0).note),
    /^checkpoint 305: The entries have another root/,
  ],
  ["the head's time", (t) => changeHead(t, { time: 1 }), /^head 324: It tells another time/],
  ["the head's states", (t) => changeHead(t, { devices: 1 }), /^head 324: It tells other states/],
  ["the head's note", (t) => changeHead(t, { checkpoint: "x" }), /^head 324: Its checkpoint is not/],
  [
    "entries after the head",
    (t) => void t.entries.push({ ...at(t.entries, -1), index: 324 }),
    /Entries follow the head/,
  ],
  ["entries that are gone", (t) => void t.entries.pop(), /^entry 323: Entries are missing/],
  ["the type column of an entry", (t) => change(t.entries, 9, { type: 2 }), /^entry 9: Its row tells another type/],
  [
    "the device column of an entry",
    (t) => change(t.entries, 9, { deviceId: null }),
    /^entry 9: Its row tells another device/,
  ],
  ["the time column of a state entry", (t) => change(t.entries, 323, { time: 1 }), /^entry 323: Its row tells another/],
  [
    "a body on a state entry",
    (t) => change(t.entries, 323, { body: Uint8Array.of(1) }),
    /^body 323: A state entry has/,
  ],
];

for (const [name, damage, expected] of rowDamages) {
  test(`it is found: ${name}`, async () => {
    const found = await findingsAfter(damage);
    assert.ok(
      found.some((text) => expected.test(text)),
      found.slice(0, 5).join("\n") || "nothing was found",
    );
  });
}

test("a registry that is kept twice, publicly and not, must be the same", async () => {
  const { stores } = log.registry;
  const published = { readLogTile: (id: TileId) => stores.log.readLogTile(id), readEntries: () => [] };
  const { problems } = await audit(log, log.registry, { stores: { ...stores, log: published } });
  assert.match(at(problems, 0).finding, /publishes another entry/);
});

test("a mirror that the log does not have, and a log of another origin, are found", async () => {
  const mirror = new VolatileInsecureMirror();
  mirror.write((log.mirror.read() as string).replace("324", "325"));
  assert.deepEqual(
    (await audit(log, log.registry, { mirror })).problems.map(({ subject }) => subject),
    ["mirror"],
  );
  const { problems } = await audit(log, log.registry, { origin: "log.example/other" });
  assert.match(at(problems, 0).finding, /another log/);
});

test("a registry that moves under the audit is not judged", async () => {
  const { stores } = log.registry;
  let calls = 0;
  const commits = {
    commit: () => undefined,
    head: () => ({ ...required(log.registry.tables.head), size: 324 - calls++ }),
  };
  await assert.rejects(audit(log, log.registry, { stores: { ...stores, commits } }), {
    code: "NAT_REGISTRY_AUDIT_MOVED",
  });
});

test("what the stores throw is not taken for a finding", async () => {
  const { stores } = log.registry;
  const readFacts = () => {
    throw new RangeError("a bug");
  };
  await assert.rejects(audit(log, log.registry, { readFacts }), RangeError);
  const device = (id: Uint8Array) => stores.devices.device(id);
  const devices = { device, listDevices: () => Promise.reject(new RangeError("disk")) };
  await assert.rejects(audit(log, log.registry, { stores: { ...stores, devices } }), RangeError);
});

function change<T extends object>(rows: T[], index: number, changes: Partial<T>): void {
  rows[index] = { ...at(rows, index), ...changes };
}

function changeHead(tables: MemoryTables, changes: Partial<RegistryHead>): void {
  tables.head = { ...required(tables.head), ...changes };
}

function changeOperator({ operators }: MemoryTables, id: string, changes: object): void {
  operators.set(id, { ...(operators.get(id) as NonNullable<ReturnType<typeof operators.get>>), ...changes });
}

function changeRevocation({ revocations }: MemoryTables, changes: object): void {
  const [key, row] = at([...revocations], 0);
  revocations.set(key, { ...row, ...changes });
}

function widen(tiles: Map<string, Uint8Array>, key: string): void {
  tiles.set(key, Uint8Array.of(...(tiles.get(key) as Uint8Array), ...new Uint8Array(32)));
}

function copyCheckpoint({ checkpoints }: MemoryTables, index: number, size: number): void {
  checkpoints.splice(index, 0, { ...at(checkpoints, 0), size });
  checkpoints.sort((a, b) => a.size - b.size);
}

function forge({ checkpoints }: MemoryTables, forged: (note: string) => string): void {
  const [third] = checkpoints.splice(2, 1);
  checkpoints.splice(2, 0, { size: required(third).size, note: forged(required(third).note) });
}

function required<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

function changeCounts({ admission }: MemoryTables, changes: Partial<ProductCounts>): void {
  const row = { ...at([...admission.products.values()], 0), ...changes };
  admission.products.set(row.product, row);
}

/** A row of a refused birth that never was. */
function addIncident({ admission: { incidents } }: MemoryTables, entry: number): void {
  incidents.push({ ...at(incidents, 0), entry });
  incidents.sort((a, b) => a.entry - b.entry);
}
