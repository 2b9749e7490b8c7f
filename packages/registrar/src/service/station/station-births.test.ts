// SPDX-License-Identifier: Apache-2.0
// Births on a station, over a journal on disk: once each, within quota and time, and a retry gets its answer again.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import {
  FileJournal,
  generateKey,
  nodeAuthenticator,
  nodeHash,
  readJournal,
  shareAuthenticator,
  shareKey,
} from "@natalis/node";
import { verifyClaimedBirth } from "natalis/birth";
import { algorithms, parseCertificate } from "natalis/formats";
import { nodeSignatureVerifier } from "@natalis/node";
import { VolatileInsecureRegistry } from "natalis/testing";
import { type BirthPreparer, type BirthTask, Nursery } from "../../pipeline/nursery.ts";
import { testArc, testProfile } from "../../pipeline/unsafe-test-nursery.ts";
import type { BirthInput } from "../births.ts";
import { birthInput, openUnsafeTestRegistry } from "../unsafe-test-registry.ts";
import { UnsafeTestStation } from "../unsafe-test-station.ts";
import type { Enrolment } from "./enrolment.ts";
import { encodeJournaled, parseJournaled } from "./journaled-birth.ts";
import { StationBirths } from "./station-births.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-station-"));
after(() => rmSync(folder, { recursive: true }));

const made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
const hour = 3_600_000;
const window = { notBefore: new Date(Date.now() - hour), notAfter: new Date(Date.now() + hour) };
const station = await UnsafeTestStation.enrol(made, { ...window, quota: 4 });
const { id } = station;
const enrolment: Enrolment = {
  id,
  authority: {
    ...station.authority,
    station: station.authority.station as NonNullable<typeof station.authority.station>,
  },
  profile: testProfile,
  chain: [station.enrolled.certificate, ...station.enrolled.chain],
  principal: { id, name: "line 1", role: "station", products: [testProfile.product] },
  token: station.enrolled.token,
};
const { principal } = enrolment;
let files = 0;
let path: string;
let now: Date;
let births: StationBirths;

function nurseryOf(): Nursery {
  return new Nursery({
    authority: { certificate: station.enrolled.certificate, baseUrl: "http://pki.example", arc: testArc },
    profiles: new Map([[testProfile.product, testProfile]]),
    issuing: shareKey(station.signer),
    tags: shareAuthenticator(nodeAuthenticator(new Uint8Array(32))),
  });
}

const open = (preparer: BirthPreparer = nurseryOf()) =>
  StationBirths.open(path, { enrolment, preparer, clock: { now: () => now } });

beforeEach(async () => {
  path = join(folder, `journal-${files++}`);
  now = new Date();
  births = await open();
});

const bear = (input: BirthInput) => births.bear(principal, input);

async function codesOf(work: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((one) => (one.status === "rejected" ? (one.reason as { code: string }).code : "good")).toSorted();
}

test("a birth is in the journal when it is answered, as the registrar will take it", async () => {
  const born = await bear(await birthInput("A-1"));
  const records: Uint8Array[] = [];
  for await (const { bytes } of readJournal(path)) records.push(bytes);
  const claim = parseJournaled(records[0] as Uint8Array);
  assert.deepEqual([claim.record, claim.certificate], [born.record, born.certificate]);
  const context = { principal, profile: testProfile, authority: station.authority, at: new Date() };
  const ports = { hash: nodeHash, verifier: nodeSignatureVerifier };
  const event = await verifyClaimedBirth(claim, { unitTag: new Uint8Array(32) }, { ...context, ...ports });
  assert.deepEqual(event.device.id, born.deviceId);
  assert.deepEqual(parseCertificate(born.certificate).issuer.der, station.authority.certificate.subject.der);
});

test("a retry gets the stored answer, at once and after a restart", async () => {
  const device = generateKey(algorithms.ES256).signer;
  const inputs = [await birthInput("A-1", device), await birthInput("A-1", device)];
  const [first, second] = await Promise.all(inputs.map(bear));
  assert.deepEqual([first?.kind, second?.kind], ["born", "stored"]);
  await births.close();
  births = await open();
  const again = await bear(await birthInput("A-1", device));
  assert.deepEqual(
    [again.kind, again.certificate, second?.certificate],
    ["stored", first?.certificate, first?.certificate],
  );
  assert.equal(births.count, 1);
});

test("a key and a unit are born once, at once and after a restart", async () => {
  const device = generateKey(algorithms.ES256).signer;
  const clashing = async () => [
    await birthInput("A-1", device),
    await birthInput("A-2", device),
    await birthInput("A-1"),
  ];
  const [first, second, third] = await clashing();
  assert.deepEqual(await codesOf([first, second, third].map((input) => bear(input as BirthInput))), [
    "NAT_BIRTH_KEY_REUSED",
    "NAT_BIRTH_UNIT_REUSED",
    "good",
  ]);
  await births.close();
  births = await open();
  assert.deepEqual(await codesOf((await clashing()).map(bear)), [
    "NAT_BIRTH_KEY_REUSED",
    "NAT_BIRTH_UNIT_REUSED",
    "good",
  ]);
});

test("other facts for the same key and unit are no retry", async () => {
  const device = generateKey(algorithms.ES256).signer;
  await bear(await birthInput("A-1", device));
  const other = { ...(await birthInput("A-1", device)), facility: "plant 2" };
  await assert.rejects(bear(other), { code: "NAT_BIRTH_KEY_REUSED", message: /other facts/ });
});

test("a birth whose preparation fails leaves key, unit and quota as they were", async () => {
  const device = generateKey(algorithms.ES256).signer;
  const input = await birthInput("A-1", device);
  const broken = input.certificationRequest.slice();
  broken[broken.length - 1] = (broken.at(-1) as number) ^ 1;
  await assert.rejects(bear({ ...input, certificationRequest: broken }), { code: "NAT_BIRTH_POSSESSION" });
  assert.equal((await bear(input)).kind, "born");
  assert.equal(births.count, 1);
});

test("the quota holds, whatever is asked for at once, and after a restart", async () => {
  const inputs = await Promise.all(["A", "B", "C", "D", "E", "F"].map((serial) => birthInput(serial)));
  const codes = await codesOf(inputs.map(bear));
  assert.deepEqual(codes, ["NAT_REGISTRY_QUOTA", "NAT_REGISTRY_QUOTA", "good", "good", "good", "good"]);
  await births.close();
  births = await open();
  await assert.rejects(bear(await birthInput("G")), { code: "NAT_REGISTRY_QUOTA" });
});

test("another product, and who is no station, are refused", async () => {
  await assert.rejects(bear({ ...(await birthInput("A-1")), product: "toaster" }), { code: "NAT_SERVICE_NOT_FOUND" });
  const stranger = births.bear({ ...principal, role: "auditor" }, await birthInput("A-1"));
  await assert.rejects(stranger, { code: "NAT_AUTHORIZE_DENIED" });
});

test("a clock behind the journal bears nothing, and the station does not start with it", async () => {
  await bear(await birthInput("A-1"));
  now = new Date(now.getTime() - 4000);
  await bear(await birthInput("A-2"));
  now = new Date(now.getTime() - 20_000);
  await assert.rejects(bear(await birthInput("A-3")), { code: "NAT_STATION_CLOCK" });
  await births.close();
  await assert.rejects(open(), { code: "NAT_STATION_CLOCK" });
});

test("another station's journal is none of this one's", async () => {
  await births.close();
  const journal = await FileJournal.open(path, () => undefined);
  const other = await UnsafeTestStation.enrol(made, window);
  await journal.append(encodeJournaled(await other.bear("A-1", undefined, new Date())));
  await journal.close();
  await assert.rejects(open(), { code: "NAT_STATION_JOURNAL" });
});

test("closing answers what is under way and takes nothing more", async () => {
  const slow = nurseryOf();
  const gate = Promise.withResolvers<void>();
  const preparer: BirthPreparer = {
    isOpen: true,
    hasRoom: true,
    async prepare(task: BirthTask) {
      await gate.promise;
      return slow.prepare(task);
    },
  };
  await births.close();
  births = await open(preparer);
  const bearing = bear(await birthInput("A-1"));
  const closing = births.close();
  assert.equal(births.isOpen || births.hasRoom, false);
  await assert.rejects(bear(await birthInput("A-2")), { code: "NAT_PIPELINE_CLOSED" });
  gate.resolve();
  assert.equal((await bearing).kind, "born");
  await closing;
});

test("with no room at the threads, births are put off", async () => {
  await births.close();
  births = await open({ isOpen: false, hasRoom: false, prepare: () => assert.fail("a full preparer was asked") });
  assert.equal(births.hasRoom, false);
  await assert.rejects(bear(await birthInput("A-1")), { code: "NAT_PIPELINE_FULL" });
});

test("no authority's key is a unit's, from the station's own up to the root's", async () => {
  for (const signer of [station.signer, made.issuingKey, made.rootKey])
    await assert.rejects(births.bear(principal, await birthInput("authority", signer)), {
      code: "NAT_BIRTH_KEY_AUTHORITY",
    });
  assert.equal(births.count, 0);
});
