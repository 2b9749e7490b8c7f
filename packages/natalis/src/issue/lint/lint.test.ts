// SPDX-License-Identifier: Apache-2.0
// Every rule has a fixture that it rejects: a certificate that is right but for one field.

import assert from "node:assert/strict";
import test from "node:test";
import { generateKey, nodeHash } from "@natalis/node";
import {
  type AccessDescription,
  algorithms,
  type BasicConstraints,
  type Certificate,
  encodeAuthorityInfoAccess,
  encodeAuthorityKeyIdentifier,
  encodeBasicConstraints,
  encodeBirthExtension,
  encodeCertificatePolicies,
  encodeCrlDistributionPoints,
  encodeExtendedKeyUsage,
  encodeInteger,
  encodeKeyUsage,
  encodeMudUrl,
  encodeName,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSetOf,
  encodeStationExtension,
  encodeSubjectAltName,
  encodeSubjectKeyIdentifier,
  encodeTbsCertificate,
  encodeUtf8String,
  type Extension,
  type GeneralName,
  hardwareModuleGeneralName,
  type KeyUsage,
  type NameAttributeInput,
  oids,
  parseCertificate,
  type StationExtension,
  type TbsCertificateFields,
  tags,
} from "../../formats/index.ts";
import { encodeUtf8, fromHex } from "../../kernel/index.ts";
import { TestAuthority, testBaseUrl, testMaker } from "../../testing/index.ts";
import { caIssuersUrl, crlUrl } from "../locations.ts";
import { signPrepared } from "../prepared.ts";
import { parseProfile } from "../profile.ts";
import { newSerial } from "../serial.ts";
import { prepareServerCertificate } from "../service-certificate.ts";
import { encodeStationConstraints } from "../station-constraints.ts";
import { certificateRules, type LintContext, LintSubject, layoutOf, lint, rulesOf } from "./index.ts";

type Change = (fields: TbsCertificateFields) => TbsCertificateFields;

const rootSigner = generateKey(algorithms.ES256).signer;
const issuingSigner = generateKey(algorithms.ES256).signer;
const own = await TestAuthority.open({
  rootSigner,
  issuingSigner,
  profile: { algorithms: ["ES256"], mudUrl: "https://makers.invalid/test.json" },
});
const { root, issuing, profile } = own;
const device = (await own.birth(generateKey(algorithms.ES256).signer, { serial: "SN-0001" })).certificate;
const server = parseCertificate(
  await signPrepared(
    prepareServerCertificate({
      authority: issuing,
      hosts: ["localhost", "127.0.0.1"],
      publicKey: generateKey(algorithms.ES256).signer.publicKey,
      serialNumber: newSerial(own.entropy),
      notBefore: own.at,
      lifetimeDays: 90,
    }),
    issuingSigner,
  ),
);

const station = await own.station();

const kinds = {
  root: { certificate: root.certificate, context: { kind: "root", hash: nodeHash } },
  issuing: { certificate: issuing.certificate, context: { kind: "issuing", hash: nodeHash, authority: root } },
  station: {
    certificate: station.authority.certificate,
    context: { kind: "station", hash: nodeHash, authority: issuing, profile },
  },
  server: { certificate: server, context: { kind: "server", hash: nodeHash, authority: issuing } },
  birth: { certificate: device, context: { kind: "birth", hash: nodeHash, authority: issuing, profile } },
} as const satisfies Record<string, { certificate: Certificate; context: LintContext }>;

type Kind = keyof typeof kinds;

function fieldsOf({ issuer, subject, ...fields }: Certificate): TbsCertificateFields {
  return { ...fields, issuer: issuer.der, subject: subject.der };
}

function subjectOf(kind: Kind, change: Change, context: LintContext = kinds[kind].context): LintSubject {
  const tbs = encodeTbsCertificate(change(fieldsOf(kinds[kind].certificate)));
  return new LintSubject(tbs, layoutOf(tbs), context);
}

const same: Change = (fields) => fields;

const value =
  (oid: string, bytes: Uint8Array): Change =>
  (fields) => ({
    ...fields,
    extensions: fields.extensions.map((one) => (one.oid === oid ? { ...one, value: bytes } : one)),
  });

const critical =
  (oid: string, isCritical: boolean): Change =>
  (fields) => ({
    ...fields,
    extensions: fields.extensions.map((one) => (one.oid === oid ? { ...one, critical: isCritical } : one)),
  });

const without =
  (oid: string): Change =>
  (fields) => ({ ...fields, extensions: fields.extensions.filter((one) => one.oid !== oid) });

const plus =
  (extension: Extension): Change =>
  (fields) => ({ ...fields, extensions: [...fields.extensions, extension] });

const subject =
  (...attributes: readonly NameAttributeInput[]): Change =>
  (fields) => ({ ...fields, subject: encodeName(attributes) });

const uuid = device.subject.relativeNames[3]?.[0]?.value as string;
const O = { oid: oids.organizationName, value: testMaker };
const OU = { oid: oids.organizationalUnitName, value: "TEST-1" };
const SN = { oid: oids.serialNumber, value: "SN-0001" };
const CN = { oid: oids.commonName, value: uuid };
const hardware = (serial: string, number = 1) =>
  hardwareModuleGeneralName({ type: issuing.oids.product(number), serialNumber: encodeUtf8(serial) });
const urn = (id: string) => ({ kind: "uri", value: `urn:uuid:${id}` }) as const;
const otherShard = ((device.serialNumber[15] as number) + 1) % 256;
const deviceCrl = (shard: number) => crlUrl(testBaseUrl, issuing.keyIdentifier, shard);
const rightCrl = deviceCrl(device.serialNumber[15] as number);
const caIssuers = (url: string) => ({ method: oids.caIssuers, location: { kind: "uri", value: url } }) as const;
const rightIssuer = caIssuers(caIssuersUrl(testBaseUrl, issuing.keyIdentifier));
const rsaKey = fromHex("301a300d06092a864886f70d010101050003090030060201030201030000").subarray(0, 28);
const severalInOne = encodeSequence(
  encodeSetOf([O, CN].map(({ oid, value: text }) => encodeSequence(encodeOid(oid), encodeUtf8String(text)))),
);

const constrainedTo = (line: { maker: string; models?: readonly string[] }) =>
  encodeStationConstraints({ models: undefined, ...line });
const certifiedFor = (product: string) =>
  encodeStationExtension({ ...(station.authority.station as StationExtension), product });
const keyUsage = (...usages: readonly KeyUsage[]) => value(oids.keyUsage, encodeKeyUsage(usages));
const purposes = (...list: readonly string[]) => value(oids.extendedKeyUsage, encodeExtendedKeyUsage(list));
const policies = (...list: readonly string[]) => value(oids.certificatePolicies, encodeCertificatePolicies(list));
const constraints = (given: BasicConstraints) => value(oids.basicConstraints, encodeBasicConstraints(given));
const plusConstraints = (given: BasicConstraints) =>
  plus({ oid: oids.basicConstraints, critical: true, value: encodeBasicConstraints(given) });
const lists = (...urls: readonly string[]) => value(oids.crlDistributionPoints, encodeCrlDistributionPoints(urls));
const access = (...places: readonly AccessDescription[]) =>
  value(oids.authorityInfoAccess, encodeAuthorityInfoAccess(places));
const names = (...list: readonly GeneralName[]) => value(oids.subjectAltName, encodeSubjectAltName(list));
const birth = (version: number, hashLength: number) =>
  value(
    issuing.oids.birthExtension,
    encodeSequence(encodeInteger(version), encodeInteger(0), encodeOctetString(new Uint8Array(hashLength))),
  );

/** Rule, what is wrong, kind of certificate, change. */
const fixtures: readonly (readonly [string, string, Kind, Change])[] = [
  ["serial-number", "one octet", "birth", (f) => ({ ...f, serialNumber: Uint8Array.of(1) })],
  ["serial-number", "a leading zero", "root", (f) => ({ ...f, serialNumber: new Uint8Array(16).fill(0x80) })],
  [
    "signature-algorithm",
    "another than the issuer's",
    "birth",
    (f) => ({ ...f, signatureIdentifier: algorithms.ES384.signatureIdentifier }),
  ],
  [
    "signature-algorithm",
    "another than the root's own",
    "root",
    (f) => ({ ...f, signatureIdentifier: algorithms.EdDSA.signatureIdentifier }),
  ],
  [
    "issuer-name",
    "the root's instead of the issuing authority's",
    "birth",
    (f) => ({ ...f, issuer: root.certificate.subject.der }),
  ],
  ["issuer-name", "the subject's own", "issuing", (f) => ({ ...f, issuer: f.subject })],
  ["issuer-name", "the issuer's as subject", "issuing", (f) => ({ ...f, subject: f.issuer })],
  ["issuer-name", "a root that names another", "root", (f) => ({ ...f, issuer: issuing.certificate.subject.der })],
  [
    "validity",
    "an end before the beginning",
    "birth",
    (f) => ({ ...f, notAfter: new Date(f.notBefore.getTime() - 1000) }),
  ],
  ["validity", "an end at the beginning", "birth", (f) => ({ ...f, notAfter: f.notBefore })],
  [
    "validity",
    "an end in 9999 that means nothing",
    "root",
    (f) => ({ ...f, notAfter: new Date("9999-12-30T00:00:00Z") }),
  ],
  [
    "validity",
    "a beginning before the issuer's",
    "birth",
    (f) => ({ ...f, notBefore: new Date(f.notBefore.getTime() - 1000) }),
  ],
  ["subject-name", "nothing", "server", (f) => ({ ...f, subject: encodeSequence() })],
  ["subject-name", "65 characters", "issuing", subject(O, { oid: oids.commonName, value: "c".repeat(65) })],
  [
    "subject-name",
    "PrintableString where UTF8String is due",
    "birth",
    subject({ ...O, value: "A", tag: tags.printableString }, OU, SN, CN),
  ],
  ["subject-name", "two attributes in one relative name", "issuing", (f) => ({ ...f, subject: severalInOne })],
  ["birth-subject", "no model", "birth", subject(O, SN, CN)],
  ["birth-subject", "another order", "birth", subject(OU, O, SN, CN)],
  ["birth-subject", "an attribute more", "birth", subject(O, OU, SN, CN, { ...OU, value: "x" })],
  ["birth-subject", "another maker", "birth", subject({ ...O, value: "Others" }, OU, SN, CN)],
  ["birth-subject", "an upper-case UUID", "birth", subject(O, OU, SN, { ...CN, value: uuid.toUpperCase() })],
  ["birth-subject", "no UUID", "birth", subject(O, OU, SN, { ...CN, value: "device" })],
  [
    "birth-subject",
    "a serial number beyond PrintableString",
    "birth",
    subject(O, OU, { ...SN, value: "SN*1", tag: tags.utf8String }, CN),
  ],
  [
    "public-key",
    "an algorithm that the profile does not list",
    "birth",
    (f) => ({ ...f, publicKey: generateKey(algorithms.ES384).signer.publicKey }),
  ],
  ["public-key", "an unknown algorithm", "issuing", (f) => ({ ...f, publicKey: rsaKey })],
  ["known-extensions", "a missing one", "birth", without(oids.keyUsage)],
  ["known-extensions", "no birth extension", "birth", without(issuing.oids.birthExtension)],
  ["known-extensions", "a foreign one", "birth", plus({ oid: "1.2.3.4", critical: false, value: encodeInteger(1) })],
  [
    "known-extensions",
    "an authority's AIA in a root",
    "root",
    plus({ oid: oids.authorityInfoAccess, critical: false, value: encodeAuthorityInfoAccess([rightIssuer]) }),
  ],
  ["known-extensions", "a key usage that is not critical", "birth", critical(oids.keyUsage, false)],
  ["known-extensions", "critical policies", "birth", critical(oids.certificatePolicies, true)],
  ["known-extensions", "a critical birth extension", "birth", critical(issuing.oids.birthExtension, true)],
  ["known-extensions", "basic constraints that are not critical", "issuing", critical(oids.basicConstraints, false)],
  [
    "authority-key-identifier",
    "the root's",
    "birth",
    value(oids.authorityKeyIdentifier, encodeAuthorityKeyIdentifier(root.keyIdentifier)),
  ],
  ["authority-key-identifier", "none", "issuing", without(oids.authorityKeyIdentifier)],
  ["authority-key-identifier", "empty", "server", value(oids.authorityKeyIdentifier, encodeSequence())],
  [
    "subject-key-identifier",
    "the issuer's",
    "birth",
    value(oids.subjectKeyIdentifier, encodeSubjectKeyIdentifier(issuing.keyIdentifier)),
  ],
  [
    "subject-key-identifier",
    "32 octets",
    "root",
    value(oids.subjectKeyIdentifier, encodeOctetString(new Uint8Array(32))),
  ],
  ["key-usage", "key encipherment too", "birth", keyUsage("digitalSignature", "keyEncipherment")],
  ["key-usage", "a server that signs certificates", "server", keyUsage("keyCertSign")],
  ["key-usage", "an authority that signs no CRLs", "root", keyUsage("keyCertSign")],
  ["key-usage", "bits that are none", "issuing", value(oids.keyUsage, encodeOctetString(new Uint8Array(1)))],
  ["basic-constraints", "a device that is an authority", "birth", plusConstraints({ isAuthority: true })],
  ["basic-constraints", "a device that says it is none", "birth", plusConstraints({ isAuthority: false })],
  ["basic-constraints", "a root with a path length", "root", constraints({ isAuthority: true, pathLength: 1 })],
  ["basic-constraints", "an issuing authority without", "issuing", constraints({ isAuthority: true })],
  ["basic-constraints", "an issuing authority that is none", "issuing", constraints({ isAuthority: false })],
  [
    "extended-key-usage",
    "a device that may serve TLS",
    "birth",
    purposes(oids.clientAuth, issuing.oids.answer, issuing.oids.seal, oids.serverAuth),
  ],
  ["extended-key-usage", "a device that may not seal", "birth", purposes(oids.clientAuth, issuing.oids.answer)],
  ["extended-key-usage", "any purpose", "server", purposes(oids.anyExtendedKeyUsage)],
  [
    "extended-key-usage",
    "an authority with one",
    "issuing",
    plus({ oid: oids.extendedKeyUsage, critical: false, value: encodeExtendedKeyUsage([oids.clientAuth]) }),
  ],
  ["certificate-policies", "another custody than the birth extension's", "birth", policies(issuing.oids.custody(4))],
  ["certificate-policies", "two", "birth", policies(issuing.oids.custody(0), oids.anyPolicy)],
  ["certificate-policies", "any policy for a device", "birth", policies(oids.anyPolicy)],
  ["certificate-policies", "a root bound to one", "root", policies("1.2.3")],
  ["crl-distribution-points", "another shard", "birth", lists(deviceCrl(otherShard))],
  ["crl-distribution-points", "another host", "birth", lists(rightCrl.replace(".invalid", ".example"))],
  ["crl-distribution-points", "two addresses", "birth", lists(rightCrl, rightCrl)],
  ["crl-distribution-points", "none", "issuing", without(oids.crlDistributionPoints)],
  [
    "authority-info-access",
    "an OCSP service that is not there",
    "birth",
    access(rightIssuer, { method: oids.ocsp, location: { kind: "uri", value: testBaseUrl } }),
  ],
  [
    "authority-info-access",
    "another issuer's",
    "birth",
    access(caIssuers(caIssuersUrl(testBaseUrl, root.keyIdentifier))),
  ],
  ["authority-info-access", "none", "server", without(oids.authorityInfoAccess)],
  ["birth-names", "another serial number", "birth", names(hardware("SN-0002"), urn(uuid))],
  ["birth-names", "another product's type", "birth", names(hardware("SN-0001", 2), urn(uuid))],
  ["birth-names", "another UUID", "birth", names(hardware("SN-0001"), urn(uuid.replace(/^./, "f")))],
  [
    "birth-names",
    "a DNS name too",
    "birth",
    names(hardware("SN-0001"), urn(uuid), { kind: "dns", value: "a.example" }),
  ],
  ["server-names", "an e-mail address", "server", names({ kind: "email", value: "a@example.org" })],
  ["server-names", "none", "server", without(oids.subjectAltName)],
  ["mud-url", "another", "birth", value(oids.mudUrl, encodeMudUrl("https://others.invalid/"))],
  ["key-usage", "a station that signs CRLs", "station", keyUsage("keyCertSign", "cRLSign")],
  [
    "basic-constraints",
    "a station with authorities below",
    "station",
    constraints({ isAuthority: true, pathLength: 1 }),
  ],
  ["known-extensions", "a station that anybody takes", "station", critical(issuing.oids.station, false)],
  ["known-extensions", "name constraints that are not critical", "station", critical(oids.nameConstraints, false)],
  ["known-extensions", "a station without its extension", "station", without(issuing.oids.station)],
  ["name-constraints", "none", "station", without(oids.nameConstraints)],
  ["name-constraints", "another maker's", "station", value(oids.nameConstraints, constrainedTo({ maker: "Others" }))],
  [
    "name-constraints",
    "a model's alone",
    "station",
    value(oids.nameConstraints, constrainedTo({ maker: testMaker, models: ["TEST-1"] })),
  ],
  ["station", "of another product line", "station", value(issuing.oids.station, certifiedFor("other-product"))],
  ["station", "none", "station", without(issuing.oids.station)],
  ["birth-extension", "version 2", "birth", birth(2, 32)],
  ["birth-extension", "a short hash", "birth", birth(1, 31)],
  ["birth-extension", "none", "birth", without(issuing.oids.birthExtension)],
];

for (const kind of Object.keys(kinds) as Kind[])
  test(`the ${kind} certificate itself passes every rule`, () => lint(subjectOf(kind, same), rulesOf(kind)));

for (const [id, what, kind, change] of fixtures)
  test(`${id}: ${kind}: ${what}`, () => {
    const changed = subjectOf(kind, change);
    const rule = rulesOf(kind).find((one) => one.id === id);
    assert.ok(rule, "the rule is for this kind");
    assert.throws(() => lint(changed, [rule]), { code: "NAT_ISSUE_LINT", message: new RegExp(`${id} \\(`) });
    assert.throws(() => lint(changed, rulesOf(kind)), { code: "NAT_ISSUE_LINT" });
  });

test("every rule has a fixture that it rejects", () => {
  const tried = new Set(fixtures.map(([id]) => id));
  assert.deepEqual(
    certificateRules.filter(({ id }) => !tried.has(id)),
    [],
  );
});

test("every rule has an id of its own, a citation, and kinds", () => {
  assert.equal(new Set(certificateRules.map(({ id }) => id)).size, certificateRules.length);
  for (const { id, citation, kinds: applies } of certificateRules) {
    assert.match(id, /^[a-z]+(-[a-z]+)*$/);
    assert.match(citation, /(RFC|IEEE|DESIGN) [0-9]/);
    assert.ok(applies.length > 0);
  }
});

test("birth-extension: custody below the profile's", () => {
  const strict = parseProfile({
    product: "test-product",
    version: 1,
    maker: testMaker,
    productNumber: 1,
    algorithms: ["ES256"],
    notAfter: "none",
    minimumCustody: 1,
    admission: { kind: "open" },
  });
  const context = { ...kinds.birth.context, profile: strict };
  const own = encodeBirthExtension({ custody: 0, birthRecord: new Uint8Array(32) });
  assert.throws(() => lint(subjectOf("birth", value(issuing.oids.birthExtension, own), context), rulesOf("birth")), {
    code: "NAT_ISSUE_LINT",
    message: /birth-extension .*custody 0, below/,
  });
});

test("a station's birth: of another product line, before the station's time, at another CRL issuer", async () => {
  const born = await own.birth(generateKey(algorithms.ES256).signer, { serial: "SN-0001" }, station);
  const context = { ...kinds.birth.context, authority: station.authority };
  const subject = (change: Change, changes: Partial<LintContext> = {}) => {
    const tbs = encodeTbsCertificate(change(fieldsOf(born.certificate)));
    return new LintSubject(tbs, layoutOf(tbs), { ...context, ...changes });
  };
  lint(subject(same), rulesOf("birth"));
  const refused = (changed: LintSubject, message: RegExp) =>
    assert.throws(() => lint(changed, rulesOf("birth")), { code: "NAT_ISSUE_LINT", message });
  refused(
    subject(same, { profile: { ...profile, product: "other-product" } }),
    /station \(.*a station for test-product/,
  );
  const late = { ...station.authority, station: { ...context.authority.station, notBefore: new Date("2026-01-02") } };
  refused(subject(same, { authority: late as typeof context.authority }), /station \(.*outside of the station's time/);
  const shard = born.certificate.serialNumber[15] as number;
  const address = crlUrl(testBaseUrl, station.authority.keyIdentifier, shard);
  refused(subject(lists(address)), /crl-distribution-points \(/);
});

test("all broken rules are told, not the first alone", () => {
  const changed = subjectOf("birth", (fields) => keyUsage("cRLSign")({ ...fields, serialNumber: Uint8Array.of(5) }));
  assert.throws(() => lint(changed, rulesOf("birth")), /serial-number .*; .*key-usage /);
});

test("an error that is no catalogue error is not held against the certificate", () => {
  const broken = { id: "broken", citation: "RFC 0", check: () => assert.fail("a mistake of ours") };
  assert.throws(() => lint(subjectOf("birth", same), [broken]), /a mistake of ours/);
});
