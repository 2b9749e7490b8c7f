// SPDX-License-Identifier: Apache-2.0
// @peculiar/x509 as the other reader and writer: what we write it reads alike, what it writes we read alike.

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { describe, test } from "node:test";
import { fromHex, portableHash, toHex } from "../../kernel/index.ts";
import { algorithms } from "../algorithms.ts";
import {
  assembleSigned,
  attributeValues,
  encodeAuthorityInfoAccess,
  encodeAuthorityKeyIdentifier,
  encodeBasicConstraints,
  encodeCertificatePolicies,
  encodeCertificationRequestInfo,
  encodeCrlDistributionPoints,
  encodeCrlNumber,
  encodeExtendedKeyUsage,
  encodeKeyUsage,
  encodeName,
  encodeSubjectAltName,
  encodeSubjectKeyIdentifier,
  encodeTbsCertificate,
  encodeTbsCertificateList,
  keyIdentifier,
  oids,
  parseCertificate,
  parseCertificateList,
  parseCertificationRequest,
} from "./index.ts";

// It registers its algorithms through tsyringe, which looks for a metadata polyfill and finds no metadata with one.
Object.assign(Reflect, { getMetadata: () => undefined, getOwnMetadata: () => undefined });
const peculiar = await import("@peculiar/x509");

const { publicKey: keyObject, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const publicKey = new Uint8Array(keyObject.export({ type: "spki", format: "der" }));
const signatureIdentifier = algorithms.ES256.signatureIdentifier;
const signed = (tbs: Uint8Array) =>
  assembleSigned(tbs, signatureIdentifier, new Uint8Array(sign("sha256", tbs, privateKey)));
const subject = encodeName([
  { oid: oids.countryName, value: "DE" },
  { oid: oids.organizationName, value: "Ätherwerk" },
  { oid: oids.commonName, value: "Root" },
]);
const identifier = keyIdentifier(publicKey, portableHash);
const [notBefore, notAfter] = [new Date("2026-01-02T03:04:05Z"), new Date("9999-12-31T23:59:59Z")];
const uri = "http://ca.example/ca.cer";

/** Each extension as the library writes it and as we do. */
const alike: readonly [name: string, theirs: { readonly value: ArrayBuffer }, ours: Uint8Array][] = [
  [
    "basic constraints",
    new peculiar.BasicConstraintsExtension(true, 3),
    encodeBasicConstraints({ isAuthority: true, pathLength: 3 }),
  ],
  [
    "basic constraints of an end entity",
    new peculiar.BasicConstraintsExtension(false),
    encodeBasicConstraints({ isAuthority: false }),
  ],
  [
    "key usage of a CA",
    new peculiar.KeyUsagesExtension(peculiar.KeyUsageFlags.keyCertSign | peculiar.KeyUsageFlags.cRLSign),
    encodeKeyUsage(["cRLSign", "keyCertSign"]),
  ],
  [
    "key usage of a device",
    new peculiar.KeyUsagesExtension(peculiar.KeyUsageFlags.digitalSignature),
    encodeKeyUsage(["digitalSignature"]),
  ],
  [
    "key usage with the ninth bit",
    new peculiar.KeyUsagesExtension(peculiar.KeyUsageFlags.keyAgreement | peculiar.KeyUsageFlags.decipherOnly),
    encodeKeyUsage(["keyAgreement", "decipherOnly"]),
  ],
  [
    "extended key usage",
    new peculiar.ExtendedKeyUsageExtension([oids.clientAuth, "1.2.3"]),
    encodeExtendedKeyUsage([oids.clientAuth, "1.2.3"]),
  ],
  [
    "subject key identifier",
    new peculiar.SubjectKeyIdentifierExtension(toHex(identifier)),
    encodeSubjectKeyIdentifier(identifier),
  ],
  [
    "authority key identifier",
    new peculiar.AuthorityKeyIdentifierExtension(toHex(identifier)),
    encodeAuthorityKeyIdentifier(identifier),
  ],
  [
    "subject alternative name",
    new peculiar.SubjectAlternativeNameExtension([
      { type: "dns", value: "a.example" },
      { type: "email", value: "a@a.example" },
      { type: "url", value: uri },
      { type: "ip", value: "192.0.2.1" },
      { type: "ip", value: "2001:db8::1" },
      { type: "id", value: "1.2.3" },
    ]),
    encodeSubjectAltName([
      { kind: "dns", value: "a.example" },
      { kind: "email", value: "a@a.example" },
      { kind: "uri", value: uri },
      { kind: "ip", value: Uint8Array.of(192, 0, 2, 1) },
      { kind: "ip", value: fromHex("20010db8000000000000000000000001") },
      { kind: "registeredId", value: "1.2.3" },
    ]),
  ],
  [
    "certificate policies",
    new peculiar.CertificatePolicyExtension(["1.2.3", oids.anyPolicy]),
    encodeCertificatePolicies(["1.2.3", oids.anyPolicy]),
  ],
  ["CRL distribution points", new peculiar.CRLDistributionPointsExtension([uri]), encodeCrlDistributionPoints([uri])],
  [
    "authority information access",
    new peculiar.AuthorityInfoAccessExtension({ caIssuers: uri }),
    encodeAuthorityInfoAccess([{ method: oids.caIssuers, location: { kind: "uri", value: uri } }]),
  ],
];

describe("extensions are written alike", () => {
  for (const [name, theirs, ours] of alike)
    test(name, () => assert.equal(toHex(ours), toHex(new Uint8Array(theirs.value))));
});

test("it reads our certificate", async () => {
  const extensions = [{ oid: oids.keyUsage, critical: true, value: encodeKeyUsage(["keyCertSign"]) }];
  const serialNumber = fromHex("4a0203");
  const fields = {
    serialNumber,
    signatureIdentifier,
    issuer: subject,
    notBefore,
    notAfter,
    subject,
    publicKey,
    extensions,
  };
  const theirs = new peculiar.X509Certificate(signed(encodeTbsCertificate(fields)));
  assert.equal(theirs.serialNumber, "4a0203");
  assert.equal(theirs.subject, "C=DE, O=Ätherwerk, CN=Root");
  assert.deepEqual([theirs.notBefore, theirs.notAfter], [notBefore, notAfter]);
  assert.deepEqual(
    Array.from(theirs.extensions, ({ type: oid, critical, value }) => ({
      oid,
      critical,
      value: new Uint8Array(value),
    })),
    extensions,
  );
  assert.ok(await theirs.verify({ signatureOnly: true }, crypto));
});

test("it reads our request and finds it signed by its key", async () => {
  const extensions = [
    { oid: oids.subjectAltName, critical: false, value: encodeSubjectAltName([{ kind: "uri", value: uri }]) },
  ];
  const theirs = new peculiar.Pkcs10CertificateRequest(
    signed(encodeCertificationRequestInfo({ subject, publicKey, extensions })),
  );
  assert.equal(theirs.subject, "C=DE, O=Ätherwerk, CN=Root");
  assert.deepEqual(
    new Uint8Array(theirs.getExtension(oids.subjectAltName)?.value as ArrayBuffer),
    extensions[0]?.value,
  );
  assert.ok(await theirs.verify(crypto));
});

test("it reads our revocation list", () => {
  const theirs = new peculiar.X509Crl(
    signed(
      encodeTbsCertificateList({
        signatureIdentifier,
        issuer: subject,
        thisUpdate: notBefore,
        nextUpdate: notAfter,
        revoked: [{ serialNumber: fromHex("4a02"), revocationDate: notBefore, reason: 1, invalidityDate: notBefore }],
        extensions: [{ oid: oids.crlNumber, critical: false, value: encodeCrlNumber(7) }],
      }),
    ),
  );
  assert.deepEqual([theirs.thisUpdate, theirs.nextUpdate], [notBefore, notAfter]);
  const [entry] = theirs.entries;
  assert.equal(entry?.serialNumber, "4a02");
  assert.equal(entry?.reason, peculiar.X509CrlReason.keyCompromise);
  assert.deepEqual(entry?.invalidity, notBefore);
});

describe("what it writes", async () => {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey));

  test("a certificate", async () => {
    const theirs = await peculiar.X509CertificateGenerator.createSelfSigned(
      {
        serialNumber: "0102",
        name: "O=Acme, CN=Ünit",
        notBefore,
        notAfter: new Date("2040-01-01T00:00:00Z"),
        keys,
        signingAlgorithm: algorithm,
        extensions: [new peculiar.BasicConstraintsExtension(true, 2, true)],
      },
      crypto,
    );
    const ours = parseCertificate(new Uint8Array(theirs.rawData));
    assert.equal(toHex(ours.serialNumber), "0102");
    assert.deepEqual(attributeValues(ours.subject, oids.commonName), ["Ünit"]);
    assert.deepEqual(ours.publicKey, spki);
    assert.deepEqual(ours.notBefore, notBefore);
    assert.deepEqual(ours.extensions[0]?.value, encodeBasicConstraints({ isAuthority: true, pathLength: 2 }));
  });

  test("a request", async () => {
    const theirs = await peculiar.Pkcs10CertificateRequestGenerator.create(
      {
        name: "CN=unit",
        keys,
        signingAlgorithm: algorithm,
        extensions: [new peculiar.KeyUsagesExtension(peculiar.KeyUsageFlags.digitalSignature, true)],
        attributes: [new peculiar.ChallengePasswordAttribute("secret")],
      },
      crypto,
    );
    const ours = parseCertificationRequest(new Uint8Array(theirs.rawData));
    assert.deepEqual(ours.publicKey, spki);
    assert.deepEqual(
      ours.attributes.map(({ oid }) => oid),
      [oids.challengePassword, oids.extensionRequest],
    );
    assert.deepEqual(ours.requestedExtensions, [
      { oid: oids.keyUsage, critical: true, value: encodeKeyUsage(["digitalSignature"]) },
    ]);
  });

  test("a revocation list", async () => {
    const theirs = await peculiar.X509CrlGenerator.create(
      {
        issuer: "CN=Root",
        thisUpdate: notBefore,
        nextUpdate: notAfter,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        entries: [{ serialNumber: "0a", revocationDate: notBefore, reason: peculiar.X509CrlReason.superseded }],
      },
      crypto,
    );
    const ours = parseCertificateList(new Uint8Array(theirs.rawData));
    assert.deepEqual([ours.thisUpdate, ours.nextUpdate], [notBefore, notAfter]);
    assert.equal(ours.revoked[0]?.reason, 4);
  });
});
