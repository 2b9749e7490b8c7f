// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { generateKeyPairSync, sign, X509Certificate } from "node:crypto";
import { describe, test } from "node:test";
import { concatBytes, fromHex, isNatalisError, portableHash, toHex } from "../../kernel/index.ts";
import { algorithms } from "../algorithms.ts";
import {
  encodeBitString,
  encodeInteger,
  encodeNull,
  encodeOid,
  encodeSequence,
  encodeTagged,
  encodeTime,
  encodeUtf8String,
} from "../der/index.ts";
import { encodeBasicConstraints } from "./basic-constraints.ts";
import { encodeTbsCertificate, parseCertificate, type TbsCertificateFields } from "./certificate.ts";
import { encodeExtensions } from "./extension.ts";
import { encodeSubjectKeyIdentifier, keyIdentifier } from "./key-identifiers.ts";
import { encodeKeyUsage } from "./key-usage.ts";
import { encodeName } from "./name.ts";
import { oids } from "./object-identifiers.ts";
import { assembleSigned } from "./signed.ts";

const { publicKey: keyObject, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const publicKey = new Uint8Array(keyObject.export({ type: "spki", format: "der" }));
const es256 = algorithms.ES256.signatureIdentifier;
const issuer = encodeName([{ oid: oids.commonName, value: "Root" }]);
const extensions = [
  { oid: oids.basicConstraints, critical: true, value: encodeBasicConstraints({ isAuthority: true, pathLength: 1 }) },
  { oid: oids.keyUsage, critical: true, value: encodeKeyUsage(["keyCertSign", "cRLSign"]) },
  {
    oid: oids.subjectKeyIdentifier,
    critical: false,
    value: encodeSubjectKeyIdentifier(keyIdentifier(publicKey, portableHash)),
  },
];
const fields: TbsCertificateFields = {
  serialNumber: fromHex("4a00ff00ff00ff00ff00ff00ff00ff01"),
  signatureIdentifier: es256,
  issuer,
  notBefore: new Date("2026-01-02T03:04:05Z"),
  notAfter: new Date("9999-12-31T23:59:59Z"),
  subject: issuer,
  publicKey,
  extensions,
};

const signed = (tbs: Uint8Array) => assembleSigned(tbs, es256, new Uint8Array(sign("sha256", tbs, privateKey)));

type Part =
  | "version"
  | "serialNumber"
  | "signature"
  | "issuer"
  | "validity"
  | "subject"
  | "publicKey"
  | "uniqueIdentifiers"
  | "extensions";
type Parts = Record<Part, Uint8Array>;

/** The fields of a TBSCertificate one by one, so that a test may put another in the place of any. */
const parts: Parts = {
  version: encodeTagged(0, encodeInteger(2)),
  serialNumber: encodeInteger(1),
  signature: es256,
  issuer,
  validity: encodeSequence(encodeTime(fields.notBefore), encodeTime(fields.notAfter)),
  subject: issuer,
  publicKey,
  uniqueIdentifiers: new Uint8Array(),
  extensions: encodeTagged(3, encodeExtensions(extensions)),
};
const withParts = (changed: Partial<Parts>) =>
  assembleSigned(encodeSequence(...Object.values({ ...parts, ...changed })), es256, Uint8Array.of(0));

const nothing = new Uint8Array();
const refuses = (code: `NAT_${string}`) => (error: unknown) => isNatalisError(error, code);

test("a certificate reads as it was written", () => {
  const tbs = encodeTbsCertificate(fields);
  const der = signed(tbs);
  const certificate = parseCertificate(der);
  assert.deepEqual(certificate.der, der);
  assert.deepEqual(certificate.tbs, tbs);
  assert.equal(certificate.version, 3);
  assert.deepEqual(certificate.serialNumber, fields.serialNumber);
  assert.deepEqual(certificate.signatureIdentifier, es256);
  assert.deepEqual(certificate.issuer.der, issuer);
  assert.deepEqual(certificate.subject.der, issuer);
  assert.deepEqual(certificate.notBefore, fields.notBefore);
  assert.deepEqual(certificate.notAfter, fields.notAfter);
  assert.deepEqual(certificate.publicKey, publicKey);
  assert.deepEqual(certificate.extensions, extensions);
});

test("what is read are views of the encoding", () => {
  const der = signed(encodeTbsCertificate(fields));
  const { tbs, serialNumber, publicKey: key, signature, subject } = parseCertificate(der);
  for (const view of [tbs, serialNumber, key, signature, subject.der]) assert.equal(view.buffer, der.buffer);
});

test("OpenSSL, through Node, reads the same and verifies the signature", () => {
  const der = signed(encodeTbsCertificate(fields));
  const foreign = new X509Certificate(der);
  assert.ok(foreign.verify(keyObject));
  assert.equal(foreign.serialNumber.toLowerCase(), toHex(fields.serialNumber));
  assert.equal(foreign.subject, "CN=Root");
  assert.equal(foreign.ca, true);
  assert.equal(foreign.validToDate.toISOString(), "9999-12-31T23:59:59.000Z");
  assert.equal(foreign.publicKey.equals(keyObject), true);
});

describe("legal certificates that are not ours are read", () => {
  for (const [what, der, version] of [
    ["version 1", withParts({ version: nothing, extensions: nothing }), 1],
    ["version 2", withParts({ version: encodeTagged(0, encodeInteger(1)), extensions: nothing }), 2],
    ["version 3 without extensions", withParts({ extensions: nothing }), 3],
    ["unique identifiers", withParts({ uniqueIdentifiers: fromHex("8102078082020001") }), 3],
    ["an empty subject", withParts({ subject: encodeName([]) }), 3],
    ["a serial number of 20 octets", withParts({ serialNumber: encodeInteger(fromHex("7f".repeat(20))) }), 3],
    ["a key of another algorithm", withParts({ publicKey: fromHex("300e300906072a8648ce380401030100") }), 3],
    [
      "GeneralizedTime before 2050",
      withParts({ validity: fromHex("3022180f32303032303130313030303030305a180f32303033303130313030303030305a") }),
      3,
    ],
  ] as const)
    test(what, () => assert.equal(parseCertificate(der).version, version));

  test("an algorithm with parameters, the same inside and outside", () => {
    const rsa = encodeSequence(encodeOid("1.2.840.113549.1.1.11"), encodeNull());
    const tbs = encodeSequence(...Object.values({ ...parts, signature: rsa }));
    assert.deepEqual(parseCertificate(assembleSigned(tbs, rsa, nothing)).signatureIdentifier, rsa);
  });
});

describe("refused", () => {
  const time = encodeTime(fields.notBefore);
  const twoExtensions = encodeSequence(
    encodeExtensions(extensions).subarray(2),
    encodeExtensions(extensions).subarray(2),
  );
  for (const [what, der, code] of [
    ["nothing", nothing, "NAT_DER_TAG"],
    ["bytes after it", concatBytes(withParts({}), Uint8Array.of(0)), "NAT_DER_TRAILING"],
    ["more than 64 KiB", new Uint8Array((1 << 16) + 1), "NAT_DER_SIZE"],
    ["version 1 written out", withParts({ version: encodeTagged(0, encodeInteger(0)) }), "NAT_X509_VERSION"],
    ["version 4", withParts({ version: encodeTagged(0, encodeInteger(3)) }), "NAT_X509_VERSION"],
    ["two version numbers", withParts({ version: fromHex("a006020102020102") }), "NAT_DER_TRAILING"],
    ["extensions in version 1", withParts({ version: nothing }), "NAT_X509_VERSION"],
    ["extensions in version 2", withParts({ version: encodeTagged(0, encodeInteger(1)) }), "NAT_X509_VERSION"],
    [
      "unique identifiers in version 1",
      withParts({ version: nothing, extensions: fromHex("81020700") }),
      "NAT_DER_TRAILING",
    ],
    [
      "unique identifiers in another order",
      withParts({ uniqueIdentifiers: fromHex("8202000081020000") }),
      "NAT_DER_TRAILING",
    ],
    ["a negative serial number", withParts({ serialNumber: encodeInteger(-1) }), "NAT_X509_SERIAL"],
    ["the serial number -128", withParts({ serialNumber: encodeInteger(-128) }), "NAT_X509_SERIAL"],
    ["a serial number of 21 octets", withParts({ serialNumber: encodeInteger(1n << 160n) }), "NAT_X509_SERIAL"],
    ["a padded serial number", withParts({ serialNumber: fromHex("02020001") }), "NAT_DER_INTEGER"],
    ["an empty issuer", withParts({ issuer: encodeName([]) }), "NAT_X509_NAME"],
    ["another algorithm inside", withParts({ signature: algorithms.ES384.signatureIdentifier }), "NAT_X509_ALGORITHM"],
    [
      "the same algorithm with NULL inside",
      withParts({ signature: encodeSequence(encodeOid("1.2.840.10045.4.3.2"), encodeNull()) }),
      "NAT_X509_ALGORITHM",
    ],
    ["parameters that are no DER", withParts({ signature: fromHex("300606012a010101") }), "NAT_DER_BOOLEAN"],
    ["one instant of validity", withParts({ validity: encodeSequence(time) }), "NAT_DER_TAG"],
    ["three instants of validity", withParts({ validity: encodeSequence(time, time, time) }), "NAT_DER_TRAILING"],
    ["validity as text", withParts({ validity: encodeSequence(encodeUtf8String("2026"), time) }), "NAT_DER_TAG"],
    [
      "a key without bits",
      withParts({ publicKey: encodeSequence(encodeSequence(encodeOid("1.3.101.112"))) }),
      "NAT_DER_TAG",
    ],
    [
      "a key with more after its bits",
      withParts({
        publicKey: encodeSequence(encodeSequence(encodeOid("1.3.101.112")), encodeBitString(nothing), encodeNull()),
      }),
      "NAT_DER_TRAILING",
    ],
    [
      "a key algorithm with two parameters",
      withParts({
        publicKey: encodeSequence(
          encodeSequence(encodeOid("1.3.101.112"), encodeNull(), encodeNull()),
          encodeBitString(nothing),
        ),
      }),
      "NAT_DER_TRAILING",
    ],
    [
      "an empty list of extensions",
      withParts({ extensions: encodeTagged(3, encodeSequence()) }),
      "NAT_X509_EXTENSIONS",
    ],
    ["an extension twice", withParts({ extensions: encodeTagged(3, twoExtensions) }), "NAT_X509_EXTENSIONS"],
    [
      "two lists of extensions",
      withParts({
        extensions: encodeTagged(3, concatBytes(encodeExtensions(extensions), encodeExtensions(extensions))),
      }),
      "NAT_DER_TRAILING",
    ],
    [
      "a field after the extensions",
      withParts({ extensions: concatBytes(parts.extensions, encodeNull()) }),
      "NAT_DER_TRAILING",
    ],
    ["no signature", encodeSequence(encodeSequence(...Object.values(parts)), es256), "NAT_DER_TAG"],
    [
      "a signature of bits",
      encodeSequence(encodeSequence(...Object.values(parts)), es256, fromHex("03020780")),
      "NAT_DER_BIT_STRING",
    ],
    [
      "a field after the signature",
      encodeSequence(encodeSequence(...Object.values(parts)), es256, fromHex("030200800500")),
      "NAT_DER_TRAILING",
    ],
  ] as const)
    test(what, () => assert.throws(() => parseCertificate(der), refuses(code)));
});

describe("not written", () => {
  for (const [what, changed, code] of [
    ["serial number 0", { serialNumber: Uint8Array.of(0) }, "NAT_X509_SERIAL"],
    ["a serial number of 21 octets", { serialNumber: fromHex("ff".repeat(20)) }, "NAT_X509_SERIAL"],
    ["a serial number that is absurd", { serialNumber: new Uint8Array(300).fill(1) }, "NAT_X509_SERIAL"],
    ["no extensions", { extensions: [] }, "NAT_X509_EXTENSIONS"],
    ["an extension twice", { extensions: [...extensions, ...extensions] }, "NAT_X509_EXTENSIONS"],
    ["a fraction of a second", { notBefore: new Date(1) }, "NAT_DER_TIME"],
  ] as const)
    test(what, () => assert.throws(() => encodeTbsCertificate({ ...fields, ...changed }), refuses(code)));
});
