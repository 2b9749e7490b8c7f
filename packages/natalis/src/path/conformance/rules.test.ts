// SPDX-License-Identifier: Apache-2.0
// Each duty on a certificate that keeps all of them but one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKeyPairSync } from "node:crypto";
import {
  algorithms,
  assembleSigned,
  encodeAuthorityKeyIdentifier,
  encodeBasicConstraints,
  encodeBitString,
  encodeInhibitAnyPolicy,
  encodeInteger,
  encodeKeyUsage,
  encodeName,
  encodeNameConstraints,
  encodeOid,
  encodePolicyConstraints,
  encodeSequence,
  encodeSubjectAltName,
  encodeSubjectKeyIdentifier,
  encodeTbsCertificate,
  type Extension,
  type KeyUsage,
  oids,
  parseCertificate,
} from "../../formats/index.ts";
import { concatBytes } from "../../kernel/index.ts";
import { PathCertificate } from "../path-certificate.ts";
import { checkConformance } from "../steps/conformance.ts";
import { conformanceRules } from "./rules.ts";

const [issuer, subject] = ["issuer", "subject"].map((value) => encodeName([{ oid: oids.commonName, value }]));
const { signatureIdentifier, publicKeyPrefix, publicKeyLength } = algorithms.ES256;
const pointKey = concatBytes(publicKeyPrefix, new Uint8Array(publicKeyLength).with(0, 0x04));
const oddRsaKey = new Uint8Array(
  generateKeyPairSync("rsa", { modulusLength: 2050 }).publicKey.export({ type: "spki", format: "der" }),
);

const extension = (oid: string, value: Uint8Array, critical = false): Extension => ({ oid, critical, value });
const identifier = new Uint8Array(20);
const authorityKey = extension(oids.authorityKeyIdentifier, encodeAuthorityKeyIdentifier(identifier));
const subjectKey = extension(oids.subjectKeyIdentifier, encodeSubjectKeyIdentifier(identifier));
const usage = (...usages: KeyUsage[]) => extension(oids.keyUsage, encodeKeyUsage(usages), true);
const constraints = extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: true }), true);
const dnsName = (value: string) => extension(oids.subjectAltName, encodeSubjectAltName([{ kind: "dns", value }]));
const permitted = [{ base: { kind: "dns", value: "example.com" }, minimum: 0 }] as const;
const nameConstraints = extension(oids.nameConstraints, encodeNameConstraints({ permitted, excluded: [] }), true);
const policyConstraints = extension(
  oids.policyConstraints,
  encodePolicyConstraints({ requireExplicitPolicy: 0 }),
  true,
);
const inhibitAny = extension(oids.inhibitAnyPolicy, encodeInhibitAnyPolicy(0), true);

const authority = [
  authorityKey,
  subjectKey,
  usage("keyCertSign"),
  constraints,
  nameConstraints,
  policyConstraints,
  inhibitAny,
];
const leaf = [authorityKey, usage("digitalSignature"), dnsName("gate.example.com")];

const noAccess = extension(oids.authorityInfoAccess, encodeSequence());
const pathLengthAlone = extension(oids.basicConstraints, encodeSequence(encodeInteger(0)), true);
const behindPeriod = extension(
  oids.nameConstraints,
  encodeNameConstraints({ permitted: [{ base: { kind: "dns", value: ".example.com" } }], excluded: [] }),
  true,
);

interface Given {
  readonly serialNumber?: Uint8Array;
  readonly extensions: readonly Extension[];
  readonly issuer?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly publicKey?: Uint8Array;
}

function certificate({ serialNumber = Uint8Array.of(0x41), ...given }: Given): PathCertificate {
  const tbs = encodeTbsCertificate({
    serialNumber: Uint8Array.of(0x41),
    signatureIdentifier,
    issuer: issuer as Uint8Array,
    notBefore: new Date("2020-01-01T00:00:00Z"),
    notAfter: new Date("2040-01-01T00:00:00Z"),
    subject: subject as Uint8Array,
    publicKey: pointKey,
    ...given,
  });
  const read = parseCertificate(assembleSigned(tbs, signatureIdentifier, Uint8Array.of(0x30, 0)));
  // The encoder refuses what no authority may give.
  return new PathCertificate({ ...read, serialNumber });
}

const faultsOf = (given: Given) =>
  conformanceRules.flatMap((rule) => (rule.fault(certificate(given)) === undefined ? [] : [rule.source]));

const without = (list: readonly Extension[], oid: string) => list.filter((one) => one.oid !== oid);
const replaced = (list: readonly Extension[], other: Extension) => [...without(list, other.oid), other];
const uncritical = (list: readonly Extension[], oid: string) =>
  list.map((one) => (one.oid === oid ? { ...one, critical: false } : one));
const critical = (list: readonly Extension[], oid: string) =>
  list.map((one) => (one.oid === oid ? { ...one, critical: true } : one));
const namedAlternatively = replaced(leaf, { ...dnsName("gate.example.com"), critical: true });

for (const [what, given] of [
  ["an authority", { extensions: authority }],
  ["a server", { extensions: leaf }],
  ["a server by an alternative name alone", { extensions: namedAlternatively, subject: encodeSequence() }],
  ["a server with a wildcard", { extensions: replaced(leaf, dnsName("*.example.com")) }],
  [
    "a self-signed authority without authority key identifier",
    { extensions: without(authority, oids.authorityKeyIdentifier), issuer: subject as Uint8Array },
  ],
  ["an authority with uncritical name constraints", { extensions: uncritical(authority, oids.nameConstraints) }],
  ["an authority without key usage", { extensions: without(authority, oids.keyUsage) }],
  ["a server without key usage", { extensions: without(leaf, oids.keyUsage) }],
] as const)
  test(`conforming: ${what}`, () => assert.deepEqual(faultsOf(given), []));

for (const [source, what, given] of [
  ["RFC 5280 4.1.2.2", "the serial number 0", { extensions: leaf, serialNumber: Uint8Array.of(0) }],
  ["RFC 5280 4.2.1.9", "a path length without cA", { extensions: [...leaf, pathLengthAlone] }],
  ["RFC 5280 4.2.1.10", "a period before a DNS subtree", { extensions: replaced(authority, behindPeriod) }],
  ["RFC 5280 4.2.2.1", "an information access that is none", { extensions: [...leaf, noAccess] }],
  [
    "RFC 5280 4.1.2.6",
    "an authority without a name",
    { extensions: replaced(authority, { ...dnsName("ca.example"), critical: true }), subject: encodeSequence() },
  ],
  [
    "RFC 5280 4.2.1.1",
    "a critical authority key identifier",
    { extensions: critical(leaf, oids.authorityKeyIdentifier) },
  ],
  ["RFC 5280 4.2.1.1", "none", { extensions: without(leaf, oids.authorityKeyIdentifier) }],
  [
    "RFC 5280 4.2.1.1",
    "none in an intermediate authority",
    { extensions: without(authority, oids.authorityKeyIdentifier) },
  ],
  [
    "RFC 5280 4.2.1.1",
    "one without key identifier",
    { extensions: replaced(leaf, extension(oids.authorityKeyIdentifier, encodeSequence())) },
  ],
  [
    "RFC 5280 4.2.1.2",
    "a critical subject key identifier",
    { extensions: critical(authority, oids.subjectKeyIdentifier) },
  ],
  ["RFC 5280 4.2.1.2", "none in an authority", { extensions: without(authority, oids.subjectKeyIdentifier) }],
  [
    "RFC 5280 4.2.1.3",
    "an authority that may not sign certificates",
    { extensions: replaced(authority, usage("cRLSign")) },
  ],
  ["RFC 5280 4.2.1.3", "a server that may", { extensions: replaced(leaf, usage("digitalSignature", "keyCertSign")) }],
  ["RFC 5280 4.2.1.6", "an empty subject and no critical name", { extensions: leaf, subject: encodeSequence() }],
  ["RFC 5280 4.2.1.6", "an underscore in a DNS name", { extensions: replaced(leaf, dnsName("gate_1.example.com")) }],
  ["RFC 5280 4.2.1.6", "an address as DNS name", { extensions: replaced(leaf, dnsName("192.0.2.1")) }],
  ["RFC 5280 4.2.1.6", "a wildcard within a label", { extensions: replaced(leaf, dnsName("ga*.example.com")) }],
  ["RFC 5280 4.2.1.9", "uncritical basic constraints", { extensions: uncritical(authority, oids.basicConstraints) }],
  ["RFC 5280 4.2.1.10", "a server with name constraints", { extensions: [...leaf, nameConstraints] }],
  ["RFC 5280 4.2.1.11", "uncritical policy constraints", { extensions: uncritical(authority, oids.policyConstraints) }],
  ["RFC 5280 4.2.1.14", "uncritical inhibit anyPolicy", { extensions: uncritical(authority, oids.inhibitAnyPolicy) }],
  [
    "CA/Browser Forum Baseline Requirements 6.1.5",
    "an RSA key of no whole octets",
    { extensions: leaf, publicKey: oddRsaKey },
  ],
] as const)
  test(`refused by ${source}: ${what}`, () => assert.deepEqual(faultsOf(given), [source]));

const unknownKey = encodeSequence(encodeSequence(encodeOid("1.2.3")), encodeBitString(Uint8Array.of(1)));

for (const [what, given, code] of [
  ["what keeps its duties", { extensions: leaf }, undefined],
  ["what does not", { extensions: without(leaf, oids.authorityKeyIdentifier) }, "NAT_PATH_CONFORMANCE"],
  ["what has a key of no known kind", { extensions: leaf, publicKey: unknownKey }, "NAT_ALGORITHM_UNKNOWN"],
] as const)
  test(`${what} is looked at once, however many paths it stands in`, () => {
    const one = certificate(given);
    let looks = 0;
    Object.defineProperty(one, "keyUsage", { get: () => void looks++ });
    for (let path = 0; path < 3; path++) {
      if (code === undefined) checkConformance(one);
      else assert.throws(() => checkConformance(one), { code });
      if (path === 0) looks = 0;
    }
    assert.equal(looks, 0);
  });
