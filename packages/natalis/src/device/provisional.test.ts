// SPDX-License-Identifier: Apache-2.0
// A device that a station bore: it takes the answer only where it said that it would, believes nothing of it that it can
// check and does not hold, and gets its receipt from the registrar later.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { type NewBirth, prepareBirth, signBirth } from "../birth/index.ts";
import {
  algorithms,
  assembleSigned,
  encodePem,
  encodeTbsCertificate,
  type Certificate,
  oidsOf,
  parseCertificate,
} from "../formats/index.ts";
import { parseProfile } from "../issue/index.ts";
import { encodeUtf8, formatUuid, toBase64 } from "../kernel/index.ts";
import { encodeBirthReceipt, receiptOf, type TrustFile } from "../registry/index.ts";
import {
  enrolment,
  openUnsafeTestLog,
  TestAuthority,
  testArc,
  type TestBirth,
  type TestIssuer,
  testStart,
  testStationPrincipal,
} from "../testing/index.ts";
import {
  beBorn,
  buildCertificationRequest,
  fetchBirthReceipt,
  type ProvisionallyBorn,
  type RegistrarConnection,
  type UnitFacts,
} from "./index.ts";

const signerOf = () => generateKey(algorithms.ES256).signer;
const own = await TestAuthority.open({
  at: testStart,
  rootSigner: signerOf(),
  issuingSigner: signerOf(),
  verifier: nodeSignatureVerifier,
});
const stationSigner = signerOf();
const station = await own.station({ signer: stationSigner });
const log = await openUnsafeTestLog();
await log.enter(enrolment(testStationPrincipal.id, { products: ["test-product"] }));
const trust: TrustFile = { arc: testArc, roots: [own.root.certificate], log: log.trust.policy };
const signer = signerOf();
const unit = { product: "test-product", model: "TEST-1", serial: "SN-1", facility: "TEST site" };
const born = await own.birth(signer, unit, station);
const other = await own.birth(signerOf(), { ...unit, serial: "SN-2" }, station);
const ports = { trust, at: testStart, verifier: nodeSignatureVerifier, hash: nodeHash };
const pem = (der: Uint8Array) => encodePem("CERTIFICATE", der);
const above = [own.issuing, own.root].map(({ certificate }) => pem(certificate.der));

type Answer = Readonly<Record<string, unknown>>;

function answerOf({ certificate, event }: TestBirth, by: Certificate = station.authority.certificate): Answer {
  const papers = { certificate: pem(certificate.der), chain: [pem(by.der), ...above], record: toBase64(event.record) };
  return { device: formatUuid(event.device.id), kind: "provisional", ...papers };
}

function answering(answer: unknown, status = 201): RegistrarConnection {
  const body = answer instanceof Uint8Array ? answer : encodeUtf8(JSON.stringify(answer));
  return { send: () => ({ status, body }) };
}

function bear(answer: unknown, asked: UnitFacts = unit) {
  return beBorn({ registrar: answering(answer), signer, unit: asked, provisional: "accept", ...ports });
}

async function refused(answer: unknown, message: RegExp, asked: UnitFacts = unit): Promise<void> {
  await assert.rejects(bear(answer, asked), { code: "NAT_DEVICE_BIRTH", message });
}

test("what a station answers is taken as provisional, by who says so", async () => {
  const taken = await bear(answerOf(born));
  assert.ok(taken.provisional);
  assert.deepEqual([taken.deviceId, taken.station], [born.event.device.id, testStationPrincipal.id]);
  assert.deepEqual(taken.certificate, born.certificate.der);
  assert.ok(!("receipt" in taken));
});

test("refused: a provisional answer where nobody said that one is taken", async () => {
  const asked = beBorn({ registrar: answering(answerOf(born)), signer, unit, ...ports });
  await assert.rejects(asked, { code: "NAT_DEVICE_BIRTH", message: /which no receipt proves/ });
});

suite("refused: a provisional answer", () => {
  const lies: readonly [string, () => Answer, RegExp][] = [
    ["for another key", () => answerOf(other), /another key/],
    ["with another record", () => ({ ...answerOf(born), record: answerOf(other).record }), /commits to/],
    ["without its chain", () => ({ ...answerOf(born), chain: [] }), /NAT_PATH_ISSUER_UNKNOWN/],
    ["without a record", () => ({ ...answerOf(born), record: undefined }), /no text/],
    ["whose certificate is none", () => ({ ...answerOf(born), certificate: "" }), /NAT_PEM_NONE/],
  ];
  for (const [title, lie, why] of lies) test(title, () => refused(lie(), why));

  test("of another unit", () => refused(answerOf(born), /another unit: facility/, { ...unit, facility: "elsewhere" }));

  test("of the issuing authority itself, which answers with receipts", async () => {
    const ordinary = await own.birth(signer, unit);
    await refused({ ...answerOf(ordinary), chain: above }, /no station issued it/);
  });

  test("of a station under another root", async () => {
    const foreign = await TestAuthority.open({ at: testStart });
    const theirs = await foreign.station();
    const birth = await foreign.birth(signer, unit, theirs);
    const chain = [theirs.authority, foreign.issuing, foreign.root].map(({ certificate }) => pem(certificate.der));
    await refused({ ...answerOf(birth), chain }, /NAT_PATH_/);
  });

  test("whose station is certified for another time", async () => {
    const [notBefore, notAfter] = ["2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"].map((time) => new Date(time));
    const window = { notBefore: notBefore as Date, notAfter: notAfter as Date };
    const later = await own.station({ signer: stationSigner, window });
    await refused(answerOf(born, later.authority.certificate), /outside of the station's time/);
  });

  test("whose station is certified for another product line", async () => {
    const profile = parseProfile({ ...profileOf(own), product: "other-product", productNumber: 2 });
    const another = await own.station({ signer: stationSigner, profile });
    await refused(answerOf(born, another.authority.certificate), /certified for other-product/);
  });

  test("whose record names another station", async () => {
    const birth = await birthBy(station, "another-station");
    await refused(answerOf(birth), /the record is of station another-station/);
  });

  test("whose station's extension is not critical, so that strangers would take it", async () => {
    const tamed = await withoutCritical(station.authority.certificate);
    await refused(answerOf(born, tamed), /not critical/);
  });
});

/** By the station's key, but with a record of another one. */
async function birthBy({ authority, signer: issuer }: TestIssuer, id: string): Promise<TestBirth> {
  const certificationRequest = await buildCertificationRequest({ serial: unit.serial, signer });
  const { model, serial, facility } = unit;
  const request = { certificationRequest, model, serial, facility };
  const principal = { ...testStationPrincipal, id };
  const context = { principal, profile: own.profile, authority, at: testStart, entropy: own.entropy };
  const known = { unitTag: new Uint8Array(32) };
  const whole = { ...context, hash: nodeHash, verifier: nodeSignatureVerifier };
  const event = await signBirth((await prepareBirth(request, known, whole)) as NewBirth, issuer, nodeHash);
  return { certificate: parseCertificate(event.certificate), event };
}

/** As an issuing authority would have to sign it, which it never does. */
async function withoutCritical(certificate: Certificate): Promise<Certificate> {
  const { station: oid } = oidsOf(testArc);
  const extensions = certificate.extensions.map((one) => (one.oid === oid ? { ...one, critical: false } : one));
  const { signatureIdentifier } = own.issuing.algorithm;
  const [issuer, subject] = [certificate.issuer.der, certificate.subject.der];
  const tbs = encodeTbsCertificate({ ...certificate, issuer, subject, extensions, signatureIdentifier });
  return parseCertificate(assembleSigned(tbs, signatureIdentifier, await own.issuingSigner.sign(tbs)));
}

function profileOf({ profile }: TestAuthority) {
  const { maker, version } = profile;
  return {
    maker,
    version,
    algorithms: Object.keys(algorithms),
    notAfter: "none",
    minimumCustody: 0,
    admission: { kind: "open" },
  };
}

suite("the receipt", async () => {
  const provisional = (await bear(answerOf(born))) as ProvisionallyBorn;
  const { index, entry } = await log.enter(born.event);
  await log.enter(other.event);

  async function receiptAt(at: number, record: Uint8Array): Promise<Uint8Array> {
    const found = log.registry.tables.entries[at];
    const receipt = await receiptOf(at, log.registry.stores, nodeHash);
    return encodeBirthReceipt({
      receipt,
      entry: found?.entry as Uint8Array,
      salt: found?.salt as Uint8Array,
      record,
    });
  }

  function fetchFrom(registrar: RegistrarConnection, papers = provisional) {
    return fetchBirthReceipt({ registrar, born: papers, publicKey: signer.publicKey, unit, ...ports });
  }

  test("is asked for under the device's id, and makes the papers whole", async () => {
    const asked: string[] = [];
    const body = await receiptAt(index, born.event.record);
    const whole = await fetchFrom({
      send(method, path) {
        asked.push(`${method} ${path}`);
        return { status: 200, body };
      },
    });
    assert.deepEqual(asked, [`GET /devices/${formatUuid(born.event.device.id)}/birth-receipt`]);
    assert.deepEqual([whole?.provisional, whole?.entry], [false, entry]);
    assert.ok((whole?.checkpoint.size ?? 0) > index);
  });

  test("is not there before the birth is entered", async () => {
    const problem = { code: "NAT_SERVICE_NOT_FOUND", title: "Not found.", detail: "device" };
    assert.equal(await fetchFrom(answering(problem, 404)), undefined);
  });

  const bad: readonly [string, () => Promise<Uint8Array>][] = [
    ["of another birth", () => receiptAt(index + 1, other.event.record)],
    ["that is none", async () => encodeUtf8("{}")],
    ["that is empty", async () => new Uint8Array(0)],
  ];
  for (const [title, body] of bad)
    test(`refused: one ${title}`, async () => {
      await assert.rejects(fetchFrom(answering(await body(), 200)), { code: "NAT_DEVICE_BIRTH" });
    });

  test("refused: with a certificate that the station minted beside the one that was entered", async () => {
    const twin = await own.birth(signer, unit, station);
    const papers = { ...provisional, certificate: twin.certificate.der, record: twin.event.record };
    const registrar = answering(await receiptAt(index, born.event.record), 200);
    await assert.rejects(fetchFrom(registrar, papers), { code: "NAT_DEVICE_BIRTH", message: /another certificate/ });
  });

  test("the registrar's refusal keeps its code, and what is none is refused", async () => {
    const denied = { code: "NAT_AUTHORIZE_DENIED", title: "No.", detail: "" };
    await assert.rejects(fetchFrom(answering(denied, 403)), { code: "NAT_AUTHORIZE_DENIED" });
    await assert.rejects(fetchFrom(answering("<html>", 502)), { code: "NAT_DEVICE_BIRTH" });
  });

  test("comes with a registrar's own answer to a retry as well, and only with its salt", async () => {
    const found = log.registry.tables.entries[index];
    const proof = { entry: toBase64(entry), receipt: await receiptOf(index, log.registry.stores, nodeHash) };
    const stored = { ...answerOf(born), kind: "stored", index, ...proof };
    const whole = await bear({ ...stored, salt: toBase64(found?.salt as Uint8Array) });
    assert.equal(whole.provisional, false);
    await refused(stored, /no salt shows/);
    await refused({ ...stored, salt: toBase64(new Uint8Array(16)) }, /another certificate/);
    await refused({ ...stored, salt: 1 }, /no text/);
  });
});
