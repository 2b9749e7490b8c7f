// SPDX-License-Identifier: Apache-2.0
// Every parser of this room against changed input: it answers, or throws an error of a catalogue, and nothing else.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { concatBytes, equalBytes, fromHex, isNatalisError } from "../../kernel/index.ts";
import { algorithmOfPublicKey, algorithmOfSignatureIdentifier, algorithms, signatureToCose } from "../algorithms.ts";
import { checkDer, encodeInteger, encodeSequence } from "../der/index.ts";
import {
  assembleSigned,
  encodeAuthorityInfoAccess,
  encodeAuthorityKeyIdentifier,
  encodeBasicConstraints,
  encodeCertificatePolicies,
  encodeCertificationRequestInfo,
  encodeCrlDistributionPoints,
  encodeCrlNumber,
  encodeExtendedKeyUsage,
  encodeIssuingDistributionPoint,
  encodeKeyUsage,
  encodeMudUrl,
  encodeName,
  encodeNameConstraints,
  encodePermanentIdentifier,
  encodeSmtpUtf8Mailbox,
  encodeSubjectAltName,
  encodeSubjectKeyIdentifier,
  encodeTbsCertificate,
  encodeTbsCertificateList,
  hardwareModuleGeneralName,
  oids,
  parseAuthorityInfoAccess,
  parseAuthorityKeyIdentifier,
  parseBasicConstraints,
  parseCertificate,
  parseCertificateList,
  parseCertificatePolicies,
  parseCertificationRequest,
  parseCrlDistributionPoints,
  parseExtendedKeyUsage,
  parseIssuingDistributionPoint,
  parseKeyUsage,
  parseMudUrl,
  parseName,
  parseNameConstraints,
  parsePermanentIdentifier,
  parseSmtpUtf8Mailbox,
  parseSubjectAltName,
  parseSubjectKeyIdentifier,
} from "./index.ts";

const { signatureIdentifier, publicKeyPrefix } = algorithms.ES256;
const publicKey = concatBytes(publicKeyPrefix, Uint8Array.of(4), new Uint8Array(64).fill(9));
const signature = encodeSequence(encodeInteger(1n << 250n), encodeInteger(1n << 255n));
const name = encodeName([
  { oid: oids.organizationName, value: "Ätherwerk" },
  { oid: oids.serialNumber, value: "SN-0001" },
]);
const identifier = new Uint8Array(20).fill(5);
const uri = "http://ca.example/a";
const [early, late] = [new Date("2026-01-01T00:00:00Z"), new Date("9999-12-31T23:59:59Z")];
const names = encodeSubjectAltName([
  hardwareModuleGeneralName({ type: "1.3.6.1.4.1.32473.4.1", serialNumber: identifier }),
  { kind: "uri", value: "urn:uuid:01900000-0000-7000-8000-000000000000" },
  { kind: "directoryName", value: parseName(name) },
]);
const nameConstraints = encodeNameConstraints({
  permitted: [
    { base: { kind: "directoryName", value: parseName(name) } },
    { base: { kind: "ip", address: Uint8Array.of(192, 0, 2, 0), mask: Uint8Array.of(255, 255, 255, 0) } },
    { base: { kind: "email", value: "root@maker.example" } },
  ],
  excluded: [{ base: { kind: "dns", value: "maker.example" }, minimum: 1, maximum: 300 }],
});
const extensions = [
  { oid: oids.basicConstraints, critical: true, value: encodeBasicConstraints({ isAuthority: true, pathLength: 1 }) },
  { oid: oids.subjectAltName, critical: false, value: names },
];
const tbsCertificate = encodeTbsCertificate({
  serialNumber: fromHex("4a0102030405060708090a0b0c0d0e0f"),
  signatureIdentifier,
  issuer: name,
  notBefore: early,
  notAfter: late,
  subject: name,
  publicKey,
  extensions,
});
const tbsList = encodeTbsCertificateList({
  signatureIdentifier,
  issuer: name,
  thisUpdate: early,
  nextUpdate: late,
  revoked: [
    { serialNumber: fromHex("4a01"), revocationDate: early },
    { serialNumber: fromHex("4a02"), revocationDate: early, reason: 1, invalidityDate: early },
  ],
  extensions: [{ oid: oids.crlNumber, critical: false, value: encodeCrlNumber(300) }],
});
const signed = (tbs: Uint8Array) => assembleSigned(tbs, signatureIdentifier, signature);

const targets: readonly [parse: (bytes: Uint8Array) => unknown, good: Uint8Array][] = [
  [parseCertificate, signed(tbsCertificate)],
  [parseCertificationRequest, signed(encodeCertificationRequestInfo({ subject: name, publicKey, extensions }))],
  [(bytes) => parseCertificateList(bytes), signed(tbsList)],
  [parseName, name],
  [parseBasicConstraints, encodeBasicConstraints({ isAuthority: true, pathLength: 1 })],
  [parseKeyUsage, encodeKeyUsage(["digitalSignature", "decipherOnly"])],
  [parseExtendedKeyUsage, encodeExtendedKeyUsage([oids.clientAuth, oids.anyExtendedKeyUsage])],
  [parseSubjectKeyIdentifier, encodeSubjectKeyIdentifier(identifier)],
  [parseAuthorityKeyIdentifier, encodeAuthorityKeyIdentifier(identifier)],
  [parseSubjectAltName, names],
  [parseCertificatePolicies, encodeCertificatePolicies([oids.anyPolicy, "1.2.3"])],
  [parseCrlDistributionPoints, encodeCrlDistributionPoints([uri])],
  [parseIssuingDistributionPoint, encodeIssuingDistributionPoint({ uris: [uri], onlyContainsUserCerts: true })],
  [
    parseAuthorityInfoAccess,
    encodeAuthorityInfoAccess([{ method: oids.caIssuers, location: { kind: "uri", value: uri } }]),
  ],
  [parseMudUrl, encodeMudUrl("https://maker.example/mud")],
  [parseNameConstraints, nameConstraints],
  [parsePermanentIdentifier, encodePermanentIdentifier({ value: "SN-0001", assigner: "1.2.3" })],
  [parseSmtpUtf8Mailbox, encodeSmtpUtf8Mailbox({ localPart: "\u7528\u6237", host: "maker.example" })],
  [checkDer, tbsCertificate],
  [algorithmOfPublicKey, publicKey],
  [algorithmOfSignatureIdentifier, signatureIdentifier],
  [(bytes) => signatureToCose(algorithms.ES256, bytes), signature],
];

/** One change to good bytes: a bit, an octet, a cut, growth, a piece taken out or doubled. */
const change = fc.oneof(
  fc.record({ how: fc.constant("flip" as const), at: fc.nat(), to: fc.nat(7) }),
  fc.record({ how: fc.constant("set" as const), at: fc.nat(), to: fc.nat(255) }),
  fc.record({ how: fc.constant("cut" as const), at: fc.nat(), to: fc.constant(0) }),
  fc.record({ how: fc.constant("grow" as const), at: fc.nat(), to: fc.nat(255) }),
  fc.record({ how: fc.constant("drop" as const), at: fc.nat(), to: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ how: fc.constant("double" as const), at: fc.nat(), to: fc.integer({ min: 1, max: 20 }) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function apply(good: Uint8Array, { how, at: anywhere, to }: Change): Uint8Array {
  const at = anywhere % good.length;
  const [before, octet, rest] = [good.subarray(0, at), good[at] as number, good.subarray(at + 1)];
  switch (how) {
    case "flip":
      return concatBytes(before, Uint8Array.of(octet ^ (1 << to)), rest);
    case "set":
      return concatBytes(before, Uint8Array.of(to), rest);
    case "cut":
      return good.slice(0, at);
    case "grow":
      return concatBytes(before, Uint8Array.of(to), good.subarray(at));
    case "drop":
      return concatBytes(before, good.subarray(at + to));
    case "double":
      return concatBytes(before, good.subarray(at, at + to), good.subarray(at));
  }
}

function survives(parse: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  try {
    parse(bytes);
  } catch (error) {
    assert.ok(isNatalisError(error), String(error));
  }
}

describe("changed input", () => {
  for (const [parse, good] of targets)
    test(parse.name || "an algorithm or a list", () => {
      parse(good);
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) =>
          survives(
            parse,
            changes.reduce((bytes, each) => (bytes.length === 0 ? bytes : apply(bytes, each)), good),
          ),
        ),
        { numRuns: 500 },
      );
    });
});

describe("every truncation of a signed structure is refused, and so is growth", () => {
  for (const [parse, good] of targets.slice(0, 3))
    test(`${good.length} octets`, () => {
      for (let length = 0; length < good.length; length++)
        assert.throws(
          () => parse(good.subarray(0, length)),
          (error) => isNatalisError(error),
        );
      assert.throws(
        () => parse(concatBytes(good, Uint8Array.of(0))),
        (error) => isNatalisError(error, "NAT_DER_TRAILING"),
      );
    });
});

test("every flipped bit of a certificate is refused, or shows in what the signature is over or beside it", () => {
  const good = signed(tbsCertificate);
  for (let bit = 0; bit < good.length * 8; bit++) {
    const changed = Uint8Array.from(good);
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      const { tbs, signature: read } = parseCertificate(changed);
      assert.ok(!equalBytes(tbs, tbsCertificate) || !equalBytes(read, signature), `bit ${bit}`);
    } catch (error) {
      assert.ok(isNatalisError(error), String(error));
    }
  }
});

test("arbitrary bytes, to every parser", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const [parse] of targets) survives(parse, bytes);
    }),
    { numRuns: 300 },
  );
});
