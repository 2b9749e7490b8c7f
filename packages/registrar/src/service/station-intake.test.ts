// SPDX-License-Identifier: Apache-2.0
// Births that a station brings in, over a real registry; what a claim is refused for is tested in natalis/birth.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import type { Principal } from "natalis/birth";
import { verifyIdentity } from "natalis/authenticate";
import { algorithms, parseCertificate, parseCertificateList } from "natalis/formats";
import { shardOf } from "natalis/issue";
import { encodeBirthReceipt, verifyBirthReceipt } from "natalis/registry";
import { VolatileInsecureRegistry } from "natalis/testing";
import { Operators } from "./operators.ts";
import { RevocationLists } from "./revocation-lists.ts";
import type { RefusedAttempt } from "./incidents.ts";
import type { OpenStation, StationIntake } from "./station-intake.ts";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "./unsafe-test-registry.ts";
import { intakeOf, stationRequest, stationsOf, UnsafeTestStation } from "./unsafe-test-station.ts";

let made: UnsafeTestRegistry;
let intake: StationIntake;
let station: UnsafeTestStation;
let opened: OpenStation;
let refusals: RefusedAttempt[];
const admin: Principal = { id: "admin", name: "admin", role: "admin", products: [] };
const itself = (): Principal => ({ ...testStation, id: station.id });

beforeEach(async () => {
  made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
  refusals = [];
  intake = intakeOf(made, {
    incidents: {
      async note(refused) {
        refusals.push(refused);
        await made.incidents.note(refused);
      },
    },
  });
  station = await UnsafeTestStation.enrol(made);
  opened = await intake.open(station.id, itself());
});

test("a birth that is brought in is entered, and its receipt proves the certificate", async () => {
  const claim = await station.bear("A-1");
  const entered = await intake.take(opened, claim);
  assert.equal(entered.kind, "born");
  const trust = { policy: made.trust.log, verifier: nodeSignatureVerifier, hash: nodeHash };
  const receipt = encodeBirthReceipt({ ...entered, record: claim.record });
  const { index } = await verifyBirthReceipt(receipt, claim.certificate, trust);
  assert.equal(index, entered.index);
  const chain = [station.enrolled.certificate, made.issuing.certificate.der];
  const request = { certificate: claim.certificate, trust: made.trust, at: made.clock.now(), ...trust };
  const policy = { unknownStatus: "accept", maxStateAge: 0 } as const;
  const identity = await verifyIdentity({ ...request, evidence: { chain, receipt }, policy });
  assert.deepEqual(identity.deviceId, entered.deviceId);
  const refused = { code: "NAT_AUTHENTICATE_PROVISIONAL" };
  await assert.rejects(verifyIdentity({ ...request, evidence: { chain }, policy }), refused);
});

test("brought in again, also at the same time, it is the same entry", async () => {
  const claim = await station.bear("A-1");
  const entered = await Promise.all([intake.take(opened, claim), intake.take(opened, claim)]);
  entered.push(await intake.take(opened, claim));
  assert.deepEqual(entered.map(({ kind }) => kind).toSorted(), ["born", "stored", "stored"]);
  assert.equal(new Set(entered.map(({ index }) => index)).size, 1);
  assert.deepEqual(refusals, []);
});

test("a key or a unit that was born elsewhere meanwhile is a conflict, and it is kept", async () => {
  const births = birthsOf(made);
  const device = generateKey(algorithms.ES256).signer;
  const [byKey, byUnit] = [await station.bear("A-1", device), await station.bear("A-2")];
  const first = await births.bear(testStation, await birthInput("B-1", device));
  const second = await births.bear(testStation, await birthInput("A-2"));
  await assert.rejects(intake.take(opened, byKey), { code: "NAT_BIRTH_KEY_REUSED" });
  await assert.rejects(intake.take(opened, byUnit), { code: "NAT_BIRTH_UNIT_REUSED" });
  const kept = await made.stores.incidents.listIncidents({ limit: 10 });
  assert.equal(kept.length, 2);
  assert.deepEqual(
    refusals.map(({ station: by, code, deviceId }) => [by, code, deviceId]),
    [
      [station.id, "NAT_BIRTH_KEY_REUSED", first.deviceId],
      [station.id, "NAT_BIRTH_UNIT_REUSED", second.deviceId],
    ],
  );
});

test("another certificate for a key that it bore itself is a conflict too", async () => {
  const device = generateKey(algorithms.ES256).signer;
  await intake.take(opened, await station.bear("A-1", device));
  await assert.rejects(intake.take(opened, await station.bear("A-1", device)), { code: "NAT_BIRTH_KEY_REUSED" });
});

test("the quota is counted exactly, whatever is brought in at once", async () => {
  const claims = await Promise.all(["A", "B", "C", "D", "E"].map((serial) => station.bear(serial)));
  const settled = await Promise.allSettled(claims.map((claim) => intake.take(opened, claim)));
  const codes = settled.flatMap((one) => (one.status === "rejected" ? [(one.reason as { code: string }).code] : []));
  assert.deepEqual(codes, ["NAT_REGISTRY_QUOTA", "NAT_REGISTRY_QUOTA"]);
  assert.equal((await made.stores.operators.operator(station.id))?.born, 3);
  assert.equal(refusals.length, 2);
  // What was entered is answered all the same.
  const entered = settled.findIndex(({ status }) => status === "fulfilled");
  assert.equal((await intake.take(opened, claims[entered] as (typeof claims)[number])).kind, "stored");
});

test("after its revocation nothing more of it is entered, and it is not opened", async () => {
  const [first, second] = [await station.bear("A-1"), await station.bear("A-2")];
  await intake.take(opened, first);
  const ports = { clock: made.clock, entropy: { bytes: (n: number) => new Uint8Array(n) }, hash: nodeHash };
  await new Operators(made.stores, made.queue, ports).revoke(station.id, "admin");
  await assert.rejects(intake.take(opened, second), { code: "NAT_REGISTRY_OPERATOR" });
  await assert.rejects(intake.open(station.id, admin), { code: "NAT_SERVICE_CONFLICT" });
  assert.deepEqual(
    refusals.map(({ code }) => code),
    ["NAT_REGISTRY_OPERATOR"],
  );
});

test("what a thief makes with the station's key under another station's name is not entered", async () => {
  const other = await UnsafeTestStation.enrol(made);
  const claim = await other.bear("A-1");
  await assert.rejects(intake.take(opened, claim), { code: /^NAT_BIRTH_STATION_CLAIM$/ });
});

test("a claim that cannot be read is refused without a trace", async () => {
  const claim = { ...(await station.bear("A-1")), record: Uint8Array.of(1) };
  await assert.rejects(intake.take(opened, claim), { code: "NAT_BIRTH_STATION_CLAIM" });
  assert.deepEqual(refusals, []);
});

test("a station brings in its own births; an administrator may, another station and an auditor may not", async () => {
  await intake.open(station.id, admin);
  await assert.rejects(intake.open(station.id, testStation), { code: "NAT_AUTHORIZE_DENIED" });
  await assert.rejects(intake.open(station.id, { ...admin, role: "auditor" }), { code: "NAT_AUTHORIZE_DENIED" });
  for (const id of ["nobody", testStation.id])
    await assert.rejects(intake.open(id, admin), { code: "NAT_SERVICE_NOT_FOUND" });
});

test("what it issued is listed by the authority that certified it", async () => {
  const claim = await station.bear("A-1");
  const { deviceId } = await intake.take(opened, claim);
  await made.queue.submit({ type: "revoked", deviceId, actor: "admin" });
  const lists = new RevocationLists(made.stores, made.issuing, made.issuingKey, made.clock);
  const { serialNumber } = parseCertificate(claim.certificate);
  const { keyId } = station.authority;
  const list = parseCertificateList(await lists.current(keyId, shardOf(serialNumber)));
  assert.deepEqual(list.issuer.der, made.issuing.certificate.subject.der);
  assert.deepEqual(
    list.revoked.map((one) => one.serialNumber),
    [serialNumber],
  );
  assert.ok(nodeSignatureVerifier.verify(algorithms.ES256, made.issuingKey.publicKey, list.tbs, list.signature));
  assert.equal(await lists.current(keyId, shardOf(serialNumber)), await lists.current(keyId, shardOf(serialNumber)));
  await assert.rejects(lists.current("00".repeat(20), 1), { code: "NAT_SERVICE_NOT_FOUND" });
});

test("a retry at the registrar's own door has the station's authority in its chain", async () => {
  const device = generateKey(algorithms.ES256).signer;
  const claim = await station.bear("A-1", device);
  await intake.take(opened, claim);
  const again = await birthsOf(made).bear(itself(), await birthInput("A-1", device));
  assert.deepEqual([again.kind, again.certificate, again.chain.length], ["stored", claim.certificate, 3]);
  assert.deepEqual(again.chain[0], station.enrolled.certificate);
});

test("enrolment: an unknown product, a request of another key, a device's key, a key that is a station's already", async () => {
  const stations = stationsOf(made);
  const { signer } = generateKey(algorithms.ES256);
  const enrol = async (changes: object, of = signer) => stations.enrol(await stationRequest(of, changes), "admin");
  await assert.rejects(enrol({ product: "toaster" }), { code: "NAT_SERVICE_NOT_FOUND" });
  const { certificationRequest } = await stationRequest(signer);
  const broken = certificationRequest.slice();
  broken[broken.length - 1] = (broken.at(-1) as number) ^ 1;
  const notSigned = { code: "NAT_SERVICE_REQUEST", message: /not signed by the key/ };
  await assert.rejects(enrol({ certificationRequest: broken }), notSigned);
  const device = generateKey(algorithms.ES256).signer;
  await birthsOf(made).bear(testStation, await birthInput("B-1", device));
  await assert.rejects(enrol({}, device), { code: "NAT_SERVICE_REQUEST", message: /a device's/ });
  await assert.rejects(enrol({}, station.signer), { code: "NAT_REGISTRY_DUPLICATE" });
  const { notBefore, notAfter } = await stationRequest(signer);
  await assert.rejects(enrol({ notBefore: notAfter, notAfter: notBefore }), { code: "NAT_X509_STATION_EXTENSION" });
});

test("a claim of an authority's key is refused, whatever the station has borne", async () => {
  for (const signer of [made.rootKey, made.issuingKey])
    await assert.rejects(
      station.bear("A-1", signer).then((claim) => intake.take(opened, claim)),
      {
        code: "NAT_BIRTH_KEY_AUTHORITY",
      },
    );
  // Its own authority's it could not even have prepared.
  await assert.rejects(station.bear("A-1", station.signer), { code: "NAT_BIRTH_KEY_AUTHORITY" });
  assert.equal((await intake.take(opened, await station.bear("A-1"))).kind, "born");
});
