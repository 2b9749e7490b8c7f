// SPDX-License-Identifier: Apache-2.0
// From a request to the event that the registry takes, and everything that is refused on the way (DESIGN 3.3).

import assert from "node:assert/strict";
import test from "node:test";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import fc from "fast-check";
import { buildCertificationRequest } from "../device/index.ts";
import {
  algorithms,
  assembleSigned,
  encodeCertificationRequestInfo,
  encodeName,
  oids,
  parseCertificate,
} from "../formats/index.ts";
import { parseProfile } from "../issue/index.ts";
import { fromHex, isNatalisError, type SignatureAlgorithmName, type Signer } from "../kernel/index.ts";
import type { DeviceRow } from "../registry/index.ts";
import { TestAuthority, testArc, testMaker, testStationPrincipal } from "../testing/index.ts";
import {
  type BirthContext,
  type BirthRequest,
  type NewBirth,
  parseBirthRecord,
  prepareBirth,
  signBirth,
} from "./index.ts";

const own = await TestAuthority.open({
  rootSigner: generateKey(algorithms.ES256).signer,
  issuingSigner: generateKey(algorithms.ES256).signer,
  profile: { models: ["TEST-1"], admission: { kind: "serials", from: "SN-0001", to: "SN-0099" } },
});
const unitTag = new Uint8Array(32).fill(3);
const context: BirthContext = {
  principal: testStationPrincipal,
  profile: own.profile,
  authority: own.issuing,
  at: new Date("2026-03-01T12:00:00.700Z"),
  entropy: nodeEntropy,
  hash: nodeHash,
  verifier: nodeSignatureVerifier,
};
const key = (name: SignatureAlgorithmName = "ES256"): Signer => generateKey(algorithms[name]).signer;

async function requestOf(signer: Signer, changes: Partial<BirthRequest> = {}): Promise<BirthRequest> {
  const serial = changes.serial ?? "SN-0001";
  const certificationRequest = await buildCertificationRequest({ serial, signer });
  return { certificationRequest, model: "TEST-1", serial, facility: "TEST site", ...changes };
}

async function newBirth(request: BirthRequest, changes: Partial<BirthContext> = {}): Promise<NewBirth> {
  const prepared = await prepareBirth(request, { unitTag }, { ...context, ...changes });
  if (prepared.kind !== "new") assert.fail("a stored birth");
  return prepared;
}

for (const name of Object.keys(algorithms) as SignatureAlgorithmName[])
  test(`${name}: a device is born, and certificate, record and row say the same`, async () => {
    const signer = key(name);
    const request = await requestOf(signer, { hardwareRevision: "C", firmwareDigest: new Uint8Array(32).fill(5) });
    const event = await signBirth(await newBirth(request), own.issuingSigner, nodeHash);
    const certificate = parseCertificate(event.certificate);
    const record = parseBirthRecord(event.record);
    assert.deepEqual(certificate.publicKey, signer.publicKey);
    assert.deepEqual(
      { maker: record.maker, model: record.model, serial: record.serial, facility: record.facility },
      { maker: testMaker, model: "TEST-1", serial: "SN-0001", facility: "TEST site" },
    );
    assert.equal(record.bornAt, 1_772_366_400);
    assert.equal(record.hardwareRevision, "C");
    assert.equal(record.station, testStationPrincipal.id);
    assert.equal(record.custody, 0);
    assert.deepEqual(record.profile, { product: "test-product", version: 1 });
    assert.deepEqual(record.keyHash, nodeHash.sha256(signer.publicKey));
    assert.deepEqual(record.authorityKeyId, own.issuing.keyIdentifier);
    assert.deepEqual(event.device.id, record.deviceId);
    assert.deepEqual(event.device.unitTag, unitTag);
    assert.deepEqual(event.device.certificateSerial, certificate.serialNumber);
    assert.deepEqual(event.device.certificateHash, nodeHash.sha256(event.certificate));
    assert.equal((record.deviceId[6] as number) >> 4, 7, "a UUID of version 7");
  });

test("two births share no id, serial number or salt", async () => {
  const events = [];
  for (const serial of ["SN-0001", "SN-0002"])
    events.push(await signBirth(await newBirth(await requestOf(key(), { serial })), own.issuingSigner, nodeHash));
  const [first, second] = events.map(({ record, device }) => ({ ...parseBirthRecord(record), ...device }));
  assert.notDeepEqual(first?.id, second?.id);
  assert.notDeepEqual(first?.certificateSerial, second?.certificateSerial);
  assert.notDeepEqual(first?.salt, second?.salt);
});

test("a birth is signed once", async () => {
  const birth = await newBirth(await requestOf(key()));
  await signBirth(birth, own.issuingSigner, nodeHash);
  await assert.rejects(signBirth(birth, own.issuingSigner, nodeHash), { code: "NAT_ISSUE_TOKEN_USED" });
});

async function refused(code: string, request: BirthRequest, changes: Partial<BirthContext> = {}): Promise<void> {
  await assert.rejects(prepareBirth(request, { unitTag }, { ...context, ...changes }), { code });
}

async function signedBy(signer: Signer, certified: Signer, serial = "SN-0001"): Promise<Uint8Array> {
  const subject = encodeName([{ oid: oids.serialNumber, value: serial }]);
  const info = encodeCertificationRequestInfo({ subject, publicKey: certified.publicKey });
  return assembleSigned(info, signer.algorithm.signatureIdentifier, await signer.sign(info));
}

test("refused: who may not ask, before anything is read", async () => {
  const request = { ...(await requestOf(key())), certificationRequest: new Uint8Array(0) };
  for (const role of ["auditor"] as const)
    await refused("NAT_AUTHORIZE_DENIED", request, { principal: { ...testStationPrincipal, role } });
  await refused("NAT_BIRTH_STATION_PRODUCT", request, { principal: { ...testStationPrincipal, products: [] } });
});

test("refused: units that are not expected", async () => {
  await refused("NAT_BIRTH_NOT_ADMITTED", await requestOf(key(), { serial: "SN-0100" }));
  await refused("NAT_BIRTH_NOT_ADMITTED", await requestOf(key(), { model: "TEST-2" }));
  await refused("NAT_BIRTH_NOT_ADMITTED", await requestOf(key()), { admission: { expects: () => false } });
});

test("refused: facts that are out of bounds", async () => {
  await refused("NAT_BIRTH_FACTS", await requestOf(key(), { facility: "" }));
  await refused("NAT_BIRTH_FACTS", await requestOf(key(), { hardwareRevision: "r".repeat(65) }));
  await refused("NAT_BIRTH_FACTS", await requestOf(key(), { firmwareDigest: new Uint8Array(20) }));
  await refused("NAT_BIRTH_FACTS", await requestOf(key()), { at: new Date(Number.NaN) });
});

test("refused: a request that names another serial number than the station", async () => {
  const signer = key();
  const certificationRequest = await signedBy(signer, signer, "SN-0002");
  await refused("NAT_BIRTH_FACTS", await requestOf(signer, { certificationRequest }));
});

test("a request without a subject is taken: the station says who it is", async () => {
  const signer = key();
  const info = encodeCertificationRequestInfo({ subject: encodeName([]), publicKey: signer.publicKey });
  const certificationRequest = assembleSigned(info, signer.algorithm.signatureIdentifier, await signer.sign(info));
  await newBirth(await requestOf(signer, { certificationRequest }));
});

test("refused: a wrong self-signature", async () => {
  const [signer, other] = [key(), key()];
  await refused(
    "NAT_BIRTH_POSSESSION",
    await requestOf(signer, { certificationRequest: await signedBy(other, signer) }),
  );
  const request = await requestOf(signer);
  const flipped = request.certificationRequest.slice();
  flipped[flipped.length - 1] = (flipped.at(-1) as number) ^ 1;
  await refused("NAT_BIRTH_POSSESSION", { ...request, certificationRequest: flipped });
});

test("refused: a key that is no point of its curve", async () => {
  const signer = key();
  const publicKey = signer.publicKey.slice().fill(1, 30);
  const certificationRequest = await signedBy(signer, { ...signer, publicKey });
  await refused("NAT_BIRTH_POSSESSION", await requestOf(signer, { certificationRequest }));
});

test("refused: algorithms that the profile does not list, and signatures of another than the key's", async () => {
  const profile = parseProfile({
    product: "test-product",
    version: 2,
    maker: testMaker,
    productNumber: 1,
    algorithms: ["ES384"],
    notAfter: "none",
    minimumCustody: 0,
    admission: { kind: "open" },
  });
  await refused("NAT_BIRTH_ALGORITHM", await requestOf(key()), { profile });
  const [p256, p384] = [key("ES256"), key("ES384")];
  await refused("NAT_BIRTH_ALGORITHM", await requestOf(p384, { certificationRequest: await signedBy(p256, p384) }), {
    profile,
  });
});

test("refused: RSA, and keys in another encoding than the canonical one", async () => {
  const signer = key();
  const rsa = fromHex("301c300d06092a864886f70d0101010500030b003008020203010203010001".slice(0, 60));
  const compressed = Uint8Array.of(
    ...fromHex("3039301306072a8648ce3d020106082a8648ce3d030107032200"),
    0x02,
    ...signer.publicKey.subarray(27, 59),
  );
  for (const publicKey of [rsa, compressed]) {
    const certificationRequest = await signedBy(signer, { ...signer, publicKey });
    await refused("NAT_BIRTH_ALGORITHM", await requestOf(signer, { certificationRequest }));
  }
});

test("refused: a custody that nothing proves", async () => {
  const profile = parseProfile({
    product: "test-product",
    version: 2,
    maker: testMaker,
    productNumber: 1,
    algorithms: ["ES256"],
    notAfter: "none",
    minimumCustody: 1,
    admission: { kind: "open" },
  });
  await refused("NAT_BIRTH_CUSTODY", await requestOf(key()), { profile });
});

test("refused: an authority that is younger than the birth", async () =>
  refused("NAT_ISSUE_LINT", await requestOf(key()), { at: new Date("2025-01-01T00:00:00Z") }));

test("a retry is signed anew, gets the stored device, and nothing else does", async () => {
  const signer = key();
  const { device } = await signBirth(await newBirth(await requestOf(signer)), own.issuingSigner, nodeHash);
  const lived = { ordinal: 0, bornEntry: 0, lastEntry: 0, since: 0, owner: new Uint8Array(32) };
  const row: DeviceRow = { ...device, ...lived, state: "active" };
  const known = { unitTag, byKey: row, byUnit: row };
  const hourLater = { ...context, at: new Date("2026-03-01T13:00:00Z") };
  const again = await prepareBirth(await requestOf(signer), known, hourLater);
  assert.deepEqual(again, { kind: "stored", device: row });
  const attempt = (request: BirthRequest, facts: object = known, changes: object = {}) =>
    prepareBirth(request, { unitTag, ...facts }, { ...hourLater, ...changes });
  const reused = { code: "NAT_BIRTH_KEY_REUSED" };
  await assert.rejects(attempt(await requestOf(signer, { facility: "another site" })), reused);
  await assert.rejects(
    attempt(await requestOf(signer), known, { principal: { ...testStationPrincipal, id: "test-2" } }),
    reused,
  );
  const retired = { ...row, state: "retired" };
  await assert.rejects(attempt(await requestOf(signer), { byKey: retired, byUnit: retired }), reused);
  await assert.rejects(attempt(await requestOf(key()), { byUnit: retired }), { code: "NAT_BIRTH_UNIT_REUSED" });
  await assert.rejects(
    attempt(await requestOf(signer, { certificationRequest: await signedBy(key(), signer) })),
    { code: "NAT_BIRTH_POSSESSION" },
    "a retry too proves possession",
  );
});

test("requests that were changed, cut or grown are refused with a catalogue code", async () => {
  const request = await requestOf(key());
  const { certificationRequest: der } = request;
  const changed = fc.oneof(
    fc
      .tuple(fc.nat({ max: der.length - 1 }), fc.nat({ max: 7 }))
      .map(([at, bit]) => der.with(at, (der[at] as number) ^ (1 << bit))),
    fc.nat({ max: der.length - 1 }).map((length) => der.subarray(0, length)),
    fc.uint8Array({ minLength: 1, maxLength: 20 }).map((tail) => Uint8Array.of(...der, ...tail)),
    fc.uint8Array({ maxLength: 300 }),
  );
  await fc.assert(
    fc.asyncProperty(changed, async (certificationRequest) => {
      const error = await prepareBirth({ ...request, certificationRequest }, { unitTag }, context).then(
        () => assert.fail("it was accepted"),
        (caught: unknown) => caught,
      );
      assert.ok(isNatalisError(error), String(error));
    }),
    { numRuns: 400 },
  );
});

test("the arc of the certificate is the authority's", async () => {
  const event = await signBirth(await newBirth(await requestOf(key())), own.issuingSigner, nodeHash);
  assert.ok(parseCertificate(event.certificate).extensions.some(({ oid }) => oid === `${testArc}.1`));
});
