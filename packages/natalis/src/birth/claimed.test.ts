// SPDX-License-Identifier: Apache-2.0
// What a station claims to have borne, true and false. Whoever holds its key can sign anything; what is entered is what
// the registrar itself would have made of the request.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { buildCertificationRequest } from "../device/index.ts";
import {
  algorithms,
  assembleSigned,
  type Certificate,
  encodeExtendedKeyUsage,
  encodeTbsCertificate,
  type Extension,
  oids,
  parseCertificate,
  type TbsCertificateFields,
} from "../formats/index.ts";
import { parseProfile } from "../issue/index.ts";
import type { Signer } from "../kernel/index.ts";
import type { DeviceRow } from "../registry/index.ts";
import { TestAuthority, testStationPrincipal } from "../testing/index.ts";
import {
  type BirthContext,
  type BirthRecord,
  type BirthRequest,
  type ClaimedBirth,
  encodeBirthRecord,
  enteredDevice,
  type EvidenceVerifier,
  type NewBirth,
  parseBirthRecord,
  prepareBirth,
  signBirth,
  verifyClaimedBirth,
} from "./index.ts";

const key = (): Signer => generateKey(algorithms.ES256).signer;
const members = { models: ["TEST-1", "TEST-2"], admission: { kind: "serials", from: "SN-0001", to: "SN-0099" } };
const own = await TestAuthority.open({ rootSigner: key(), issuingSigner: key(), profile: members });
const window = { notBefore: new Date("2026-03-01T00:00:00Z"), notAfter: new Date("2026-03-31T23:59:59Z") };
const station = await own.station({ signer: key(), window });
const at = new Date("2026-03-10T12:00:00.700Z");
const now = new Date("2026-05-01T00:00:00Z");
const unitTag = new Uint8Array(32).fill(3);
const saying: EvidenceVerifier = { format: "word", verify: () => 1 };
const ports = { hash: nodeHash, verifier: nodeSignatureVerifier };
const context: BirthContext = {
  principal: testStationPrincipal,
  profile: own.profile,
  authority: station.authority,
  evidence: [saying],
  at,
  entropy: nodeEntropy,
  ...ports,
};

async function requestOf(changes: Partial<BirthRequest> = {}, signer = key()): Promise<BirthRequest> {
  const serial = changes.serial ?? "SN-0001";
  const certificationRequest = await buildCertificationRequest({ serial, signer });
  return { certificationRequest, model: "TEST-1", serial, facility: "TEST site", ...changes };
}

/** As an honest station, or one whose software says otherwise, bears it. */
async function borne(changes: Partial<BirthContext> = {}, of: Partial<BirthRequest> = {}): Promise<ClaimedBirth> {
  const request = await requestOf(of);
  const prepared = (await prepareBirth(request, { unitTag }, { ...context, ...changes })) as NewBirth;
  const { record, certificate } = await signBirth(prepared, station.signer, nodeHash);
  const { certificationRequest, evidence } = request;
  return { certificationRequest, record, certificate, ...(evidence && { evidence }) };
}

const verify = (claim: ClaimedBirth, changes: Partial<BirthContext> = {}) =>
  verifyClaimedBirth(claim, { unitTag }, { ...context, at: now, ...changes });

/** The station's key over whatever a thief likes. */
async function minted(
  claim: ClaimedBirth,
  change: (fields: TbsCertificateFields) => TbsCertificateFields,
  by = station.signer,
) {
  const { issuer, subject, ...fields }: Certificate = parseCertificate(claim.certificate);
  const tbs = encodeTbsCertificate(change({ ...fields, issuer: issuer.der, subject: subject.der }));
  return { ...claim, certificate: assembleSigned(tbs, by.algorithm.signatureIdentifier, await by.sign(tbs)) };
}

const rerecorded = (claim: ClaimedBirth, changes: Partial<BirthRecord>): ClaimedBirth => ({
  ...claim,
  record: encodeBirthRecord({ ...parseBirthRecord(claim.record), ...changes }),
});

const refused = (message: RegExp) => ({ code: "NAT_BIRTH_STATION_CLAIM", message });

test("a true claim gives the event that the station's own birth would have been", async () => {
  const facts = { hardwareRevision: "C", firmwareDigest: new Uint8Array(32).fill(5) };
  const claim = await borne({}, { ...facts, evidence: [{ format: "word", statement: Uint8Array.of(1) }] });
  const event = await verify(claim);
  assert.deepEqual([event.record, event.certificate], [claim.record, claim.certificate]);
  assert.deepEqual(event.device.unitTag, unitTag);
  assert.deepEqual(
    [event.device.station, event.device.issuer, event.device.custody, event.device.hardwareRevision],
    [testStationPrincipal.id, station.authority.keyId, 1, "C"],
  );
});

test("both ends of the station's time are in it", async () => {
  for (const instant of [window.notBefore, window.notAfter]) await verify(await borne({ at: instant }));
});

suite("a claim that differs from what the registrar makes of it", () => {
  const device = key();
  test("a certificate with a purpose more, of another unit, or that never says its custody", async () => {
    const claim = await borne();
    const changes: ((fields: TbsCertificateFields) => TbsCertificateFields)[] = [
      (fields) => ({ ...fields, publicKey: device.publicKey }),
      (fields) => ({ ...fields, notAfter: new Date("2030-01-01T00:00:00Z") }),
      (fields) => ({ ...fields, extensions: fields.extensions.filter(({ oid }) => oid !== oids.certificatePolicies) }),
      (fields) => ({ ...fields, extensions: fields.extensions.map(withServerPurpose) }),
    ];
    for (const change of changes)
      await assert.rejects(verify(await minted(claim, change)), refused(/certificate differs/));
  });

  test("a certificate that another key signed", async () => {
    const claim = await minted(await borne(), (fields) => fields, key());
    await assert.rejects(verify(claim), refused(/not signed by the station's key/));
  });

  test("a record of another custody, station, authority, key or evidence than was proven", async () => {
    const claim = await borne();
    const changes: Partial<BirthRecord>[] = [
      { custody: 4 },
      { station: "station-2" },
      { authorityKeyId: own.issuing.keyIdentifier },
      { keyHash: new Uint8Array(32) },
      { evidence: [{ format: "word", digest: new Uint8Array(32) }] },
      { components: [new Uint8Array(16)] },
      { maker: "Somebody else" },
    ];
    for (const change of changes) await assert.rejects(verify(rerecorded(claim, change)), refused(/record differs/));
  });

  test("a record that the certificate does not commit to", async () => {
    const claim = await borne();
    for (const change of [{ facility: "elsewhere" }, { salt: new Uint8Array(16) }, { hardwareRevision: "D" }])
      await assert.rejects(verify(rerecorded(claim, change)), refused(/certificate differs/));
  });

  test("a certificate serial number that no authority here gives", async () => {
    const claim = await minted(await borne(), (fields) => ({ ...fields, serialNumber: Uint8Array.of(5) }));
    await assert.rejects(verify(claim), { code: "NAT_ISSUE_FACTS" });
  });

  test("a device id that is no UUIDv7 of the second of birth", async () => {
    const claim = await borne();
    const { deviceId } = parseBirthRecord(claim.record);
    for (const [at6, octet] of [
      [5, 0],
      [6, 0x41],
      [8, 0x01],
    ] as const) {
      const changed = deviceId.with(at6, octet).with(0, at6 === 5 ? 9 : (deviceId[0] as number));
      await assert.rejects(verify(rerecorded(claim, { deviceId: changed })), refused(/no UUIDv7/));
    }
  });
});

suite("a claim that nobody may make", () => {
  test("outside of the station's time, whatever its clock said", async () => {
    const open = { ...station.authority, station: undefined };
    for (const instant of [new Date("2026-02-28T23:59:59Z"), new Date("2026-04-01T00:00:00Z")]) {
      const prepared = (await prepareBirth(
        await requestOf(),
        { unitTag },
        { ...context, at: instant, authority: open },
      )) as NewBirth;
      const { record } = prepared;
      const claim = rerecorded(await borne(), record);
      await assert.rejects(verify(claim), { code: "NAT_BIRTH_STATION_WINDOW" });
    }
  });

  test("in the future", async () => {
    const claim = await borne();
    await assert.rejects(verify(claim, { at: new Date(at.getTime() - 62_000) }), refused(/in the future/));
    await verify(claim, { at: new Date(at.getTime() - 30_000) });
  });

  test("of a unit that is not expected, or of a model of no such line", async () => {
    const narrow = (changes: object) => ({ profile: parseProfile({ ...jsonOf(), ...changes }) });
    const claim = await borne();
    const others = narrow({ admission: { kind: "list", serials: ["SN-0002"] } });
    await assert.rejects(verify(claim, others), { code: "NAT_BIRTH_NOT_ADMITTED" });
    await assert.rejects(verify(claim, narrow({ models: ["TEST-2"] })), { code: "NAT_BIRTH_NOT_ADMITTED" });
  });

  test("under another version of the profile, or another product", async () => {
    const claim = await borne();
    const newer = { profile: parseProfile({ ...jsonOf(), version: 2 }) };
    await assert.rejects(verify(claim, newer), { code: "NAT_BIRTH_STATION_PROFILE", message: /version 1, where 2/ });
    const other = { profile: parseProfile({ ...jsonOf(), product: "other" }) };
    await assert.rejects(verify(claim, other), refused(/the product is test-product/));
  });

  test("by a principal that may not bear this product's units", async () => {
    const claim = await borne();
    const elsewhere = { principal: { ...testStationPrincipal, products: [] } };
    await assert.rejects(verify(claim, elsewhere), { code: "NAT_BIRTH_STATION_PRODUCT" });
    const auditor = { principal: { ...testStationPrincipal, role: "auditor" } as const };
    await assert.rejects(verify(claim, auditor), { code: "NAT_AUTHORIZE_DENIED" });
  });

  test("without the device's key: another request, or one that nobody signed", async () => {
    const claim = await borne();
    const foreign = await requestOf();
    await assert.rejects(verify({ ...claim, ...pick(foreign) }), refused(/record differs/));
    const broken = claim.certificationRequest.slice();
    broken[broken.length - 1] = (broken.at(-1) as number) ^ 1;
    await assert.rejects(verify({ ...claim, certificationRequest: broken }), { code: "NAT_BIRTH_POSSESSION" });
  });

  test("with evidence left out, or of a format that is not known here", async () => {
    const claim = await borne({}, { evidence: [{ format: "word", statement: Uint8Array.of(1) }] });
    const { evidence: _, ...without } = claim;
    await assert.rejects(verify(without), refused(/record differs/));
    await assert.rejects(verify(claim, { evidence: [] }), { code: "NAT_BIRTH_EVIDENCE" });
  });

  test("in bytes that are no record, certificate or request", async () => {
    const claim = await borne();
    const none = Uint8Array.of(0x30, 0);
    await assert.rejects(verify({ ...claim, record: none }), refused(/not a birth record/));
    await assert.rejects(verify({ ...claim, certificate: none }), { code: /^NAT_(DER|X509)_/ });
    await assert.rejects(verify({ ...claim, certificationRequest: none }), { code: /^NAT_(DER|X509)_/ });
  });
});

test("what was entered is known again by its certificate; another one of the key or the unit is a conflict", () => {
  const certificateHash = new Uint8Array(32).fill(1);
  const row = { certificateHash } as DeviceRow;
  const other = { certificateHash: new Uint8Array(32) } as DeviceRow;
  assert.equal(enteredDevice({ unitTag }, certificateHash), undefined);
  assert.equal(enteredDevice({ unitTag, byKey: row, byUnit: row }, certificateHash), row);
  const reused = (what: string) => ({ code: `NAT_BIRTH_${what}_REUSED` });
  assert.throws(() => enteredDevice({ unitTag, byKey: other, byUnit: other }, certificateHash), reused("KEY"));
  assert.throws(() => enteredDevice({ unitTag, byUnit: other }, certificateHash), reused("UNIT"));
  assert.throws(() => enteredDevice({ unitTag, byEvidence: other }, certificateHash), reused("EVIDENCE"));
});

test("a station itself bears nothing outside of its time or for another line", async () => {
  const outside = prepareBirth(await requestOf(), { unitTag }, { ...context, at: now });
  await assert.rejects(outside, { code: "NAT_BIRTH_STATION_WINDOW" });
  const other = { ...context, profile: parseProfile({ ...jsonOf(), product: "other" }) };
  const principal = { ...testStationPrincipal, products: ["other"] };
  const foreign = prepareBirth(await requestOf(), { unitTag }, { ...other, principal });
  await assert.rejects(foreign, { code: "NAT_BIRTH_STATION_WINDOW", message: /certified for test-product/ });
});

function withServerPurpose(extension: Extension): Extension {
  if (extension.oid !== oids.extendedKeyUsage) return extension;
  const { answer, seal } = station.authority.oids;
  return { ...extension, value: encodeExtendedKeyUsage([oids.clientAuth, answer, seal, oids.serverAuth]) };
}

function jsonOf() {
  const { product, version, maker, productNumber } = own.profile;
  const fixed = { product, version, maker, productNumber, algorithms: ["ES256"], notAfter: "none", minimumCustody: 0 };
  return { ...fixed, ...members };
}

function pick({ certificationRequest }: BirthRequest): Pick<ClaimedBirth, "certificationRequest"> {
  return { certificationRequest };
}
