// SPDX-License-Identifier: Apache-2.0
// The certificate of a station's authority, field by field, and what it may and may not sign.

import assert from "node:assert/strict";
import test from "node:test";
import { generateKey, nodeEntropy } from "@natalis/node";
import {
  algorithms,
  findExtension,
  formatName,
  oids,
  parseBasicConstraints,
  parseCertificate,
  parseCertificateList,
  parseCrlDistributionPoints,
  parseKeyUsage,
  parseNameConstraints,
  parseStationExtension,
  urisOf,
} from "../formats/index.ts";
import { TestAuthority, testBaseUrl, testMaker } from "../testing/index.ts";
import { buildCertificateList, newSerial, noExpiry, prepareStationCertificate } from "./index.ts";

const own = await TestAuthority.open({
  rootSigner: generateKey(algorithms.ES256).signer,
  issuingSigner: generateKey(algorithms.ES256).signer,
  profile: { models: ["TEST-1", "TEST-2"] },
});
const signer = generateKey(algorithms.ES256).signer;
const window = { notBefore: new Date("2026-02-01T00:00:00.700Z"), notAfter: new Date("2026-03-01T00:00:00Z") };
const station = await own.station({ signer, window, quota: 50 });
const { certificate } = station.authority;
const unit = () => generateKey(algorithms.ES256).signer;
const value = (oid: string, of = certificate) => findExtension(of, oid)?.value as Uint8Array;

test("the certificate: critical station extension and name constraints, path length 0, signs certificates alone", () => {
  const { issuing } = own;
  assert.deepEqual(certificate.issuer.der, issuing.certificate.subject.der);
  assert.deepEqual([certificate.notBefore, certificate.notAfter], [own.at, noExpiry]);
  assert.ok(findExtension(certificate, issuing.oids.station)?.critical);
  const [notBefore, notAfter] = [new Date("2026-02-01T00:00:00Z"), window.notAfter];
  const certified = { product: "test-product", notBefore, notAfter, quota: 50 };
  assert.deepEqual(parseStationExtension(value(issuing.oids.station)), certified);
  assert.deepEqual(station.authority.station, certified);
  assert.deepEqual(parseBasicConstraints(value(oids.basicConstraints)), { isAuthority: true, pathLength: 0 });
  assert.deepEqual(parseKeyUsage(value(oids.keyUsage)), new Set(["keyCertSign"]));
  assert.ok(findExtension(certificate, oids.nameConstraints)?.critical);
  const { permitted, excluded } = parseNameConstraints(value(oids.nameConstraints));
  const names = permitted.map(({ base }) => (base.kind === "directoryName" ? formatName(base.value) : base.kind));
  assert.deepEqual(
    names,
    ["TEST-1", "TEST-2"].map((model) => `OU=${model},O=${testMaker}`),
  );
  assert.deepEqual(excluded, []);
});

test("a product line that lists no models is constrained by its maker alone", async () => {
  const open = await TestAuthority.open({ rootSigner: own.rootSigner, issuingSigner: own.issuingSigner });
  const { authority } = await open.station({ signer });
  const { permitted } = parseNameConstraints(value(oids.nameConstraints, authority.certificate));
  assert.equal(permitted.length, 1);
});

test("what it issues: the lists about it are its issuer's, the address is the station's", async () => {
  const born = await own.birth(unit(), { at: window.notAfter }, station);
  const [point] = parseCrlDistributionPoints(value(oids.crlDistributionPoints, born.certificate));
  assert.deepEqual(point?.crlIssuer, [{ kind: "directoryName", value: certificate.issuer }]);
  const [url = ""] = urisOf(point?.fullName ?? []);
  assert.match(url, new RegExp(`^${testBaseUrl}/crl/${station.authority.keyId}/[0-9a-f]{2}\\.crl$`));
});

test("the template writes the shard into its place, whatever follows it", async () => {
  for (let i = 0; i < 20; i++) {
    const { certificate: born } = await own.birth(unit(), { at: window.notAfter }, station);
    const shard = (born.serialNumber[15] as number).toString(16).padStart(2, "0");
    const [point] = parseCrlDistributionPoints(value(oids.crlDistributionPoints, born));
    assert.ok(urisOf(point?.fullName ?? [])[0]?.endsWith(`/${shard}.crl`));
  }
});

const refused: readonly [what: string, at: Date][] = [
  ["a second before its time", new Date("2026-01-31T23:59:59Z")],
  ["a second after it", new Date("2026-03-01T00:00:01Z")],
];
for (const [what, at] of refused)
  test(`nothing is prepared ${what}`, async () => {
    await assert.rejects(own.birth(unit(), { at }, station), { code: "NAT_BIRTH_STATION_WINDOW" });
  });

const prepare = (changes: Partial<Parameters<typeof prepareStationCertificate>[0]>) => () =>
  prepareStationCertificate({
    authority: own.issuing,
    profile: own.profile,
    name: { organization: testMaker, commonName: "station-1" },
    publicKey: signer.publicKey,
    serialNumber: newSerial(nodeEntropy),
    at: own.at,
    window,
    quota: 1,
    ...changes,
  });

test("neither a root nor a station certifies stations", () => {
  for (const authority of [own.root, station.authority])
    assert.throws(prepare({ authority }), { code: "NAT_ISSUE_AUTHORITY" });
});

test("a window that ends first, a quota of nothing, and too many models are refused", () => {
  const turned = { notBefore: window.notAfter, notAfter: window.notBefore };
  assert.throws(prepare({ window: turned }), { code: "NAT_X509_STATION_EXTENSION" });
  assert.throws(prepare({ quota: 0 }), { code: "NAT_X509_STATION_EXTENSION" });
  const models = Array.from({ length: 101 }, (_, i) => `M${i}`);
  assert.throws(prepare({ profile: { ...own.profile, models } }), { code: "NAT_ISSUE_FACTS", message: /101 models/ });
});

test("its list: signed by the issuing authority, indirect; of another authority's station it is refused", async () => {
  const serialNumber = new Uint8Array(16).fill(0x55).with(15, 0x2a);
  const at = new Date("2026-03-01T12:00:00Z");
  const input = {
    authority: own.issuing,
    station: station.authority,
    shard: 0x2a,
    number: 1,
    thisUpdate: at,
    nextUpdate: new Date("2026-03-02T12:00:00Z"),
    revoked: [serialNumber, serialNumber.with(1, 0x56)].map((one) => ({ serialNumber: one, revocationDate: at })),
    signer: own.issuingSigner,
  };
  const list = parseCertificateList(await buildCertificateList(input));
  assert.deepEqual(list.issuer.der, own.issuing.certificate.subject.der);
  for (const { certificateIssuer } of list.revoked)
    assert.deepEqual(certificateIssuer, [{ kind: "directoryName", value: certificate.subject }]);
  const foreign = { code: "NAT_ISSUE_AUTHORITY" };
  await assert.rejects(buildCertificateList({ ...input, station: own.issuing }), foreign);
  const root = { ...input, authority: own.root, signer: own.rootSigner };
  await assert.rejects(buildCertificateList(root), foreign);
  const own2 = { ...input, authority: station.authority, signer };
  await assert.rejects(buildCertificateList(own2), foreign);
});

test("it is parsed as any certificate is", () => {
  assert.deepEqual(parseCertificate(certificate.der), certificate);
});
