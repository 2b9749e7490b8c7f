// SPDX-License-Identifier: Apache-2.0
// The birth certificate, field by field (DESIGN 3.1), and the facts that it refuses.

import assert from "node:assert/strict";
import test from "node:test";
import { generateKey, nodeEntropy, nodeHash } from "@natalis/node";
import {
  algorithms,
  type Certificate,
  findExtension,
  keyIdentifier,
  oids,
  parseAuthorityInfoAccess,
  parseAuthorityKeyIdentifier,
  parseBirthExtension,
  parseCertificate,
  parseCertificatePolicies,
  parseCrlDistributionPoints,
  parseExtendedKeyUsage,
  parseHardwareModuleName,
  parseKeyUsage,
  parseMudUrl,
  parseSubjectAltName,
  parseSubjectKeyIdentifier,
  tags,
  urisOf,
} from "../formats/index.ts";
import { encodeUtf8, parseUuid, toHex } from "../kernel/index.ts";
import { TestAuthority, testArc, testBaseUrl, testMaker } from "../testing/index.ts";
import { type BirthCertificateFacts, newSerial, noExpiry, prepareCertificate, signPrepared } from "./index.ts";

const own = await TestAuthority.open({
  profile: {
    models: ["TEST-1"],
    algorithms: ["ES256", "EdDSA"],
    productNumber: 9,
    mudUrl: "https://test.invalid/mud.json",
  },
});
const deviceId = parseUuid("01937f3e-0000-7000-8000-00000000abcd");
const facts: BirthCertificateFacts = {
  serialNumber: newSerial(nodeEntropy),
  deviceId,
  model: "TEST-1",
  serial: "SN-0001",
  publicKey: generateKey(algorithms.ES256).signer.publicKey,
  custody: 0,
  recordHash: nodeEntropy.bytes(32),
  bornAt: new Date("2026-03-01T12:00:00.750Z"),
};

async function certificateOf(changes: Partial<BirthCertificateFacts> = {}): Promise<Certificate> {
  const input = { authority: own.issuing, profile: own.profile, facts: { ...facts, ...changes } };
  return parseCertificate(await signPrepared(prepareCertificate(input), own.issuingSigner));
}

const certificate = await certificateOf();
const extensionValue = (oid: string) => findExtension(certificate, oid)?.value as Uint8Array;

test("version, serial number, algorithm, issuer, validity, key", () => {
  assert.equal(certificate.version, 3);
  assert.deepEqual(certificate.serialNumber, facts.serialNumber);
  assert.deepEqual(certificate.signatureIdentifier, algorithms.ES256.signatureIdentifier);
  assert.deepEqual(certificate.issuer.der, own.issuing.certificate.subject.der);
  assert.deepEqual(certificate.notBefore, new Date("2026-03-01T12:00:00Z"));
  assert.deepEqual(certificate.notAfter, noExpiry);
  assert.deepEqual(certificate.publicKey, facts.publicKey);
});

test("subject: O, OU, serialNumber (PrintableString), CN = UUID", () => {
  assert.deepEqual(certificate.subject.relativeNames, [
    [{ oid: oids.organizationName, tag: tags.utf8String, value: testMaker }],
    [{ oid: oids.organizationalUnitName, tag: tags.utf8String, value: "TEST-1" }],
    [{ oid: oids.serialNumber, tag: tags.printableString, value: "SN-0001" }],
    [{ oid: oids.commonName, tag: tags.utf8String, value: "01937f3e-0000-7000-8000-00000000abcd" }],
  ]);
});

test("key identifiers: the issuer's alone, and RFC 7093 method 1", () => {
  assert.deepEqual(parseAuthorityKeyIdentifier(extensionValue(oids.authorityKeyIdentifier)), {
    keyIdentifier: own.issuing.keyIdentifier,
  });
  assert.deepEqual(
    parseSubjectKeyIdentifier(extensionValue(oids.subjectKeyIdentifier)),
    keyIdentifier(facts.publicKey, nodeHash),
  );
});

test("usage: digital signatures; clients, answers, seals", () => {
  assert.deepEqual([...parseKeyUsage(extensionValue(oids.keyUsage))], ["digitalSignature"]);
  assert.ok(findExtension(certificate, oids.keyUsage)?.critical);
  assert.deepEqual(parseExtendedKeyUsage(extensionValue(oids.extendedKeyUsage)), [
    oids.clientAuth,
    `${testArc}.3.1`,
    `${testArc}.3.2`,
  ]);
});

test("names: hardware module name and UUID", () => {
  const [hardware, urn, ...rest] = parseSubjectAltName(extensionValue(oids.subjectAltName));
  assert.ok(hardware?.kind === "otherName" && hardware.oid === oids.hardwareModuleName);
  assert.deepEqual(parseHardwareModuleName(hardware.value), {
    type: `${testArc}.4.9`,
    serialNumber: encodeUtf8("SN-0001"),
  });
  assert.deepEqual(urn, { kind: "uri", value: "urn:uuid:01937f3e-0000-7000-8000-00000000abcd" });
  assert.equal(rest.length, 0);
});

test("addresses: the shard of the serial number's low byte, the issuer's certificate, no OCSP", () => {
  const issuer = toHex(own.issuing.keyIdentifier);
  const shard = toHex(facts.serialNumber.subarray(15));
  const [point, ...others] = parseCrlDistributionPoints(extensionValue(oids.crlDistributionPoints));
  assert.deepEqual(urisOf(point?.fullName ?? []), [`${testBaseUrl}/crl/${issuer}/${shard}.crl`]);
  assert.equal(others.length, 0);
  assert.deepEqual(parseAuthorityInfoAccess(extensionValue(oids.authorityInfoAccess)), [
    { method: oids.caIssuers, location: { kind: "uri", value: `${testBaseUrl}/ca/${issuer}.cer` } },
  ]);
});

test("custody, birth record, MUD URL", () => {
  assert.deepEqual(parseCertificatePolicies(extensionValue(oids.certificatePolicies)), [`${testArc}.2.0`]);
  assert.deepEqual(parseBirthExtension(extensionValue(`${testArc}.1`)), { custody: 0, birthRecord: facts.recordHash });
  assert.equal(findExtension(certificate, `${testArc}.1`)?.critical, false);
  assert.equal(parseMudUrl(extensionValue(oids.mudUrl)), "https://test.invalid/mud.json");
});

test("a device is no authority", () => assert.equal(findExtension(certificate, oids.basicConstraints), undefined));

const refused: readonly [string, Partial<BirthCertificateFacts>, string?][] = [
  ["a serial number that is not ours", { serialNumber: new Uint8Array(16) }],
  ["a device id of 15 bytes", { deviceId: new Uint8Array(15) }],
  ["a record hash of 31 bytes", { recordHash: new Uint8Array(31) }],
  ["an empty model", { model: "" }],
  ["a model that the profile does not list", { model: "TEST-2" }],
  ["a serial beyond PrintableString", { serial: "SN_1" }],
  ["a serial of 65 characters", { serial: "0".repeat(65) }],
  ["custody 5", { custody: 5 }],
  ["custody -1", { custody: -1 }],
  ["custody 0.5", { custody: 0.5 }],
  [
    "a key of an algorithm that the profile does not list",
    { publicKey: generateKey(algorithms.ES384).signer.publicKey },
  ],
  ["a birth at no instant", { bornAt: new Date(Number.NaN) }],
  ["an unknown key", { publicKey: new Uint8Array(91) }, "NAT_ALGORITHM_UNKNOWN"],
  ["a birth before the authority was", { bornAt: new Date("2025-12-31T23:59:59Z") }, "NAT_ISSUE_LINT"],
];
for (const [what, changes, code = "NAT_ISSUE_FACTS"] of refused)
  test(`refused: ${what}`, () => assert.rejects(certificateOf(changes), { code }));

test("a born device may have any listed algorithm", async () => {
  const { publicKey } = generateKey(algorithms.EdDSA).signer;
  assert.deepEqual((await certificateOf({ publicKey })).publicKey, publicKey);
});
