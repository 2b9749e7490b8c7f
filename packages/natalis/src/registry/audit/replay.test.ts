// SPDX-License-Identifier: Apache-2.0
// Lives that could not have been lived. No sequencer of ours would enter them, so they are written here by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { algorithms, leafHash, TiledTree } from "../../formats/index.ts";
import { portableHash, toHex } from "../../kernel/index.ts";
import { forgeCertificate } from "../../testing/certificate-forge.ts";
import {
  enrolment,
  lifecycleEvent,
  madeUpBirth,
  readMadeUpFacts,
  refusedBirth,
  testStation,
} from "../../testing/index.ts";
import { generateKeyPair, signerFromKeyPair } from "../../webcrypto/index.ts";
import { authorityEvent } from "../authority-event.ts";
import {
  encodeAuthorityBody,
  encodeBornBody,
  encodeLifecycleBody,
  encodeOperatorBody,
  encodeRefusedBirthBody,
} from "../body.ts";
import { bodyHash, encodePublicEntry, encodeStateEntry, entryTypes, type PublicEntry } from "../entry.ts";
import type { BornEvent, LifecycleEvent, RefusedBirthEvent } from "../events.ts";
import { reasonOf } from "../lifecycle.ts";
import type { DeviceRow, StoredEntry } from "../ports.ts";
import { encodeStateLeaf, noOwner, type StateLeaf } from "../state-leaf.ts";
import { IncidentWalk } from "./incident-walk.ts";
import { Replay } from "./replay.ts";
import { ReplayedDevices } from "./replayed-devices.ts";
import { Findings } from "./report.ts";

const hash = portableHash;
const salt = new Uint8Array(16);
const time = 1000;
const none = { deviceId: null, ordinal: null, previous: null, keyHash: null, unitTag: null, time };

/** An entry before it has its place. */
type Unplaced = Omit<StoredEntry, "index">;

function entryOf(type: PublicEntry["type"], fields: Partial<PublicEntry>, body: Uint8Array): Unplaced {
  const entry: PublicEntry = { ...none, ...fields, type, bodyHash: bodyHash(salt, body, hash) };
  return { type, time: entry.time, deviceId: entry.deviceId, entry: encodePublicEntry(entry), body, salt };
}

function bornEntry(birth: BornEvent, ordinal: number, fields: Partial<PublicEntry> = {}): Unplaced {
  const { id: deviceId, keyHash, unitTag } = birth.device;
  return entryOf(entryTypes.born, { deviceId, keyHash, unitTag, ordinal, ...fields }, encodeBornBody(birth));
}

function lifeEntry(event: LifecycleEvent, fields: Partial<PublicEntry>): Unplaced {
  const body = encodeLifecycleBody({ ...event, reason: reasonOf(event.type, event.reason) });
  return entryOf(entryTypes[event.type], { deviceId: event.deviceId, ordinal: 0, previous: 1, ...fields }, body);
}

function refusedEntry(event: RefusedBirthEvent): Unplaced {
  const { keyHash, unitTag } = event;
  return entryOf(entryTypes.refusedBirth, { keyHash, unitTag }, encodeRefusedBirthBody(event));
}

const enrolled = entryOf(
  entryTypes.station,
  {},
  encodeOperatorBody({ actor: "a", enrolled: enrolment(testStation).operator }),
);
const [first, second] = [madeUpBirth(1), madeUpBirth(2)];
const { id } = first.device;

/** What is found in a log of these entries, after the station's enrolment at index 0. */
async function findingsIn(...entries: Unplaced[]): Promise<string[]> {
  const findings = new Findings();
  const row = (birth: BornEvent) => ({ ...birth.device, ordinal: 0, bornEntry: 1, lastEntry: 1 }) as DeviceRow;
  const devices = { device: (wanted: Uint8Array) => (toHex(wanted) === toHex(id) ? row(first) : undefined) };
  const births = { birthByEvidence: () => undefined };
  const incidents = new IncidentWalk(findings, { listIncidents: () => [] });
  const keptEvidence = { keptEvidence: () => undefined };
  const replay = new Replay({ findings, devices, births, keptEvidence, incidents, readFacts: readMadeUpFacts, hash });
  for (const [index, entry] of [enrolled, ...entries].entries()) await replay.apply({ ...entry, index });
  return findings.problems.map(({ subject, place, finding }) => `${subject} ${place}: ${finding}`);
}

test("a life that was lived is found good", async () => {
  const found = await findingsIn(
    bornEntry(first, 0),
    bornEntry(second, 1),
    lifeEntry(lifecycleEvent("suspended", id), { previous: 1 }),
    lifeEntry(lifecycleEvent("retired", id), { previous: 3 }),
  );
  assert.deepEqual(found, []);
});

test("a second birth of a device, key or unit", async () => {
  const { keyHash, unitTag } = first.device;
  for (const [changes, what] of [
    [{ id }, "device id"],
    [{ keyHash }, "key"],
    [{ unitTag }, "unit"],
  ] as const) {
    const found = await findingsIn(bornEntry(first, 0), bornEntry(madeUpBirth(2, changes), 1));
    assert.deepEqual(found, [`lifecycle 2: A second birth of the same ${what}.`]);
  }
});

const impossible: [string, Unplaced[], string][] = [
  ["an ordinal that was left out", [bornEntry(first, 1)], "lifecycle 1: The ordinal is not the next one."],
  [
    "a time before the one before",
    [bornEntry(first, 0, { time: 5 })],
    "entry 1: It is older than the entry before it.",
  ],
  ["a life before birth", [lifeEntry(lifecycleEvent("retired", id), {})], "lifecycle 1: The device was never born."],
  [
    "another device's ordinal",
    [bornEntry(first, 0), lifeEntry(lifecycleEvent("retired", id), { ordinal: 5 })],
    "lifecycle 2: The ordinal is not the device's.",
  ],
  [
    "an entry left out of a life",
    [bornEntry(first, 0), lifeEntry(lifecycleEvent("retired", id), { previous: 0 })],
    "lifecycle 2: It names another entry as previous.",
  ],
  [
    "a record of another device",
    [bornEntry({ ...first, record: second.record }, 0)],
    "body 1: The birth record is of another device or key.",
  ],
  [
    "another certificate",
    [bornEntry({ ...first, certificate: second.certificate }, 0)],
    "body 1: The facts are of another certificate.",
  ],
  [
    "a station that nobody enrolled",
    [bornEntry(madeUpBirth(1, { station: "ghost" }), 0)],
    "operator 1: ghost was not enrolled or had used up its quota.",
  ],
  [
    "a refusal to a station that nobody enrolled",
    [refusedEntry(refusedBirth(1, { station: "ghost" }))],
    "incident 1: ghost was not enrolled.",
  ],
  [
    "a refusal for the sake of a device that was never born",
    [refusedEntry(refusedBirth(1, { deviceId: id }))],
    "incident 1: The device was never born.",
  ],
  [
    "evidence that the index knows nothing of",
    [bornEntry(madeUpBirth(1, {}, { evidence: [salt] }), 0)],
    "device 1: The index of evidence names another birth or none.",
  ],
  ["a second enrolment", [enrolled], "operator 1: station-1 was enrolled before."],
  [
    "revoking nobody",
    [entryOf(entryTypes.station, {}, encodeOperatorBody({ actor: "a", revoked: "ghost" }))],
    "operator 1: ghost was not enrolled.",
  ],
];

for (const [name, entries, expected] of impossible) {
  test(`found impossible: ${name}`, async () => {
    const found = await findingsIn(...entries);
    assert.equal(found[0], expected);
  });
}

test("a life after retirement, and a reason that does not fit", async () => {
  const retired = lifeEntry(lifecycleEvent("retired", id), {});
  const after = lifeEntry(lifecycleEvent("suspended", id), { previous: 2 });
  assert.match((await findingsIn(bornEntry(first, 0), retired, after)).join(), /^entry 3: .*NAT_LIFECYCLE_REFUSED/);
  const body = encodeLifecycleBody({ actor: "a", reason: 1 });
  const odd = entryOf(entryTypes.suspended, { deviceId: id, ordinal: 0, previous: 1 }, body);
  assert.match((await findingsIn(bornEntry(first, 0), odd)).join(), /^entry 2: .*NAT_LIFECYCLE_REASON/);
});

test("a birth above the quota, and one after the station was revoked", async () => {
  const small = { actor: "a", enrolled: enrolment("small", { quota: 1 }).operator };
  const births = [1, 2].map((number, ordinal) => bornEntry(madeUpBirth(number, { station: "small" }), ordinal));
  const found = await findingsIn(entryOf(entryTypes.station, {}, encodeOperatorBody(small)), ...births);
  assert.deepEqual(found, ["operator 3: small was not enrolled or had used up its quota."]);
  const revoked = entryOf(entryTypes.station, {}, encodeOperatorBody({ actor: "a", revoked: testStation }));
  assert.deepEqual(await findingsIn(revoked, bornEntry(first, 0)), [
    "operator 2: station-1 was not enrolled or had used up its quota.",
  ]);
});

test("a birth before a station's enrolment was valid, and one after", async () => {
  for (const [window, isFound] of [
    [{ notBefore: time + 1 }, true],
    [{ notAfter: time - 1 }, true],
    [{ notBefore: time, notAfter: time }, false],
  ] as const) {
    const timed = { actor: "a", enrolled: enrolment("timed", window).operator };
    const birth = bornEntry(madeUpBirth(1, { station: "timed" }), 0);
    const found = await findingsIn(entryOf(entryTypes.station, {}, encodeOperatorBody(timed)), birth);
    assert.deepEqual(found, isFound ? ["operator 2: The enrolment of timed was not valid then."] : []);
  }
});

test("documents that nobody can read, with and without a row to go on with", async () => {
  const unreadable = (birth: BornEvent) => bornEntry({ ...birth, record: Uint8Array.of(1) }, 0);
  assert.match((await findingsIn(unreadable(first))).join(), /^body 1: [^,]*NAT_TESTING_CONTRACT[^,]*$/);
  const found = await findingsIn(unreadable(second), lifeEntry(lifecycleEvent("retired", second.device.id), {}));
  assert.match(found.join(), /^body 1: .*,lifecycle 2: The device was never born/);
});

test("bodies that were lost leave the rest of a life to be checked", async () => {
  const lost = (entry: Unplaced): Unplaced => ({ ...entry, body: new Uint8Array(0) });
  const authority = entryOf(entryTypes.authority, { keyHash: new Uint8Array(32) }, Uint8Array.of(1));
  const suspended = lifeEntry(lifecycleEvent("suspended", id), {});
  const found = await findingsIn(lost(bornEntry(first, 0)), lost(suspended), lost(authority), lost(enrolled));
  const text = "The body is not the one that the entry commits to.";
  assert.deepEqual(
    found,
    [1, 2, 3, 4].map((index) => `body ${index}: ${text}`),
  );
});

test("an authority's certificate of another key", async () => {
  const certificates = await Promise.all(
    ["A", "B"].map(async (name) => {
      const signer = await signerFromKeyPair(await generateKeyPair(algorithms.ES256));
      return (await forgeCertificate({ name, signer })).certificate.der;
    }),
  );
  const [one, other] = certificates.map((der) => authorityEvent("issuing", der, { actor: "a" }, hash));
  assert.ok(one !== undefined && other !== undefined);
  const enter = (event: typeof one, keyHash = event.keyHash) =>
    entryOf(entryTypes.authority, { keyHash }, encodeAuthorityBody(event));
  assert.deepEqual(await findingsIn(enter(one), enter(other)), []);
  const wrong = ["authority 1: The certificate is of another key."];
  assert.deepEqual(await findingsIn(enter(one, other.keyHash)), wrong);
  assert.deepEqual(await findingsIn(enter({ ...one, keyId: other.keyId })), wrong);
});

test("state entries must count the devices and have the root of their states", async () => {
  const leaf: StateLeaf = { ...first.device, ordinal: 0, state: "active", since: time, lastEntry: 1, owner: noOwner };
  const tree = new TiledTree(0, { readTile: () => undefined }, hash);
  await tree.append(leafHash(encodeStateLeaf(leaf), hash));
  const stateRoot = await tree.root();
  const stateOf = (devices: number, root: Uint8Array): Unplaced => ({
    type: entryTypes.state,
    time,
    deviceId: null,
    entry: encodeStateEntry({ time, devices, stateRoot: root }),
    body: new Uint8Array(0),
    salt: new Uint8Array(0),
  });
  assert.deepEqual(await findingsIn(bornEntry(first, 0), stateOf(1, stateRoot)), []);
  assert.deepEqual(await findingsIn(bornEntry(first, 0), stateOf(2, stateRoot)), ["state 2: It counts other devices."]);
  assert.deepEqual(await findingsIn(bornEntry(first, 0), stateOf(1, first.device.keyHash)), [
    "state 2: The states of the devices have another root.",
  ]);
});

test("bytes that are no entry are one finding", async () => {
  const found = await findingsIn({ ...enrolled, entry: Uint8Array.of(1, 2, 3) });
  assert.match(found.join(), /^entry 1: [^,]*NAT_REGISTRY_ENTRY/);
});

test("thousands of devices keep their leaves and digests", () => {
  const devices = new ReplayedDevices();
  const count = 2500;
  for (let ordinal = 0; ordinal < count; ordinal++) {
    const own = hash.sha256(Uint8Array.of(ordinal >> 8, ordinal));
    const leaf = { ordinal, id: own.slice(0, 16), keyHash: own, certificateHash: own, owner: noOwner };
    devices.add({ ...leaf, state: "active", since: ordinal, lastEntry: ordinal }, own, own);
  }
  for (const ordinal of [0, 1023, 1024, 2048, count - 1]) {
    const own = hash.sha256(Uint8Array.of(ordinal >> 8, ordinal));
    assert.equal(devices.find(own.slice(0, 16))?.leaf.since, ordinal);
    assert.deepEqual(devices.digest(ordinal), own);
  }
  assert.equal(devices.find(salt), undefined);
});
