// SPDX-License-Identifier: Apache-2.0
// The openssl command as the other writer and the other judge: what it writes we read, what we write it accepts.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fromHex, portableHash, type SignatureAlgorithm, toHex } from "../../kernel/index.ts";
import { algorithmOfPublicKey, algorithmOfSignatureIdentifier, algorithms } from "../algorithms.ts";
import { encodePem, parsePem } from "../pem.ts";
import {
  assembleSigned,
  attributeValues,
  encodeAuthorityKeyIdentifier,
  encodeBasicConstraints,
  encodeCertificationRequestInfo,
  encodeCrlNumber,
  encodeIssuingDistributionPoint,
  encodeKeyUsage,
  encodeName,
  encodeSubjectAltName,
  encodeSubjectKeyIdentifier,
  encodeTbsCertificate,
  encodeTbsCertificateList,
  findExtension,
  keyIdentifier,
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
  parseHardwareModuleName,
  parseIssuingDistributionPoint,
  parseKeyUsage,
  parseSubjectAltName,
  parseSubjectKeyIdentifier,
} from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-x509-"));
after(() => rmSync(folder, { recursive: true }));

const configuration = `
[req]
distinguished_name = subject
req_extensions = device
attributes = attributes
prompt = no
utf8 = yes
string_mask = utf8only
[subject]
C = DE
O = Ätherwerk
OU = Sensor 3
serialNumber = SN-0001
CN = unit
[attributes]
challengePassword = secret
[device]
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth, 1.3.6.1.4.1.32473.3.1
subjectAltName = @names
[names]
URI = urn:uuid:01900000-0000-7000-8000-000000000000
DNS = unit.example
IP.1 = 192.0.2.1
IP.2 = 2001:db8::1
email = a@unit.example
RID = 1.2.3.4
otherName = 1.3.6.1.5.5.7.8.4;SEQUENCE:module
dirName = directory
[module]
type = OID:1.3.6.1.4.1.32473.4.1
serial = FORMAT:HEX,OCTETSTRING:cafe
[directory]
CN = within
[root]
basicConstraints = critical, CA:true, pathlen:2
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always, issuer:always
certificatePolicies = 1.2.3.4, @policy
crlDistributionPoints = points
authorityInfoAccess = caIssuers;URI:http://ca.example/ca.cer, OCSP;URI:http://ca.example/ocsp
[policy]
policyIdentifier = 1.2.3.5
CPS = http://ca.example/cps
userNotice.1 = @notice
[notice]
explicitText = "UTF8:Read this"
[points]
fullname = URI:http://ca.example/a.crl, URI:http://ca.example/b.crl
reasons = keyCompromise, CACompromise
CRLissuer = dirName:directory
[ca]
default_ca = authority
[authority]
database = index.txt
crlnumber = crlnumber
default_md = default
default_crl_days = 7
crl_extensions = list
[list]
authorityKeyIdentifier = keyid:always
issuingDistributionPoint = critical, @scope
[scope]
fullname = URI:http://ca.example/crl/07.crl
onlyuser = TRUE
`;
write("openssl.cnf", configuration);

function write(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}

/** Runs openssl in the folder; what it says on both channels. */
function openssl(...words: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync("openssl", words, { cwd: folder, encoding: "utf8" });
  assert.equal(error, undefined, "openssl is needed (apt-get install openssl)");
  assert.equal(status, 0, `openssl ${words.join(" ")}\n${stderr}`);
  return stdout + stderr;
}

function readPem(name: string, label: string): Uint8Array {
  const [der] = parsePem(readFileSync(join(folder, name), "utf8"), label);
  return der as Uint8Array;
}

function loadKey(name: string): { privateKey: KeyObject; publicKey: Uint8Array } {
  const privateKey = createPrivateKey(readFileSync(join(folder, name)));
  return { privateKey, publicKey: new Uint8Array(createPublicKey(privateKey).export({ type: "spki", format: "der" })) };
}

function signed(tbs: Uint8Array, algorithm: SignatureAlgorithm, key: KeyObject): Uint8Array {
  const digest = { ES256: "sha256", ES384: "sha384" }[algorithm.name as string] ?? null;
  return assembleSigned(tbs, algorithm.signatureIdentifier, new Uint8Array(sign(digest, tbs, key)));
}

const kinds = [
  ["P-256", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], algorithms.ES256],
  ["P-384", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], algorithms.ES384],
  ["Ed25519", ["-algorithm", "ED25519"], algorithms.EdDSA],
] as const;

for (const [kind, options, algorithm] of kinds)
  describe(kind, () => {
    const key = `${kind}.key`;
    openssl("genpkey", ...options, "-out", key);
    const { privateKey, publicKey } = loadKey(key);
    const digest = algorithm === algorithms.ES384 ? ["-sha384"] : [];

    test("a request by openssl reads", () => {
      openssl("req", "-new", "-config", "openssl.cnf", "-key", key, ...digest, "-out", "a.csr");
      const request = parseCertificationRequest(readPem("a.csr", "CERTIFICATE REQUEST"));
      assert.equal(algorithmOfPublicKey(request.publicKey), algorithm);
      assert.equal(algorithmOfSignatureIdentifier(request.signatureIdentifier), algorithm);
      assert.deepEqual(request.publicKey, publicKey);
      assert.deepEqual(attributeValues(request.subject, oids.organizationName), ["Ätherwerk"]);
      assert.deepEqual(attributeValues(request.subject, oids.serialNumber), ["SN-0001"]);
      assert.deepEqual(
        request.attributes.map(({ oid }) => oid).toSorted(),
        [oids.extensionRequest, oids.challengePassword].toSorted(),
      );
      assert.deepEqual(
        request.requestedExtensions.map(({ oid, critical }) => [oid, critical]),
        [
          [oids.keyUsage, true],
          [oids.extendedKeyUsage, false],
          [oids.subjectAltName, false],
        ],
      );
    });

    test("a request of ours is accepted and verified", () => {
      const subject = encodeName([{ oid: oids.serialNumber, value: "SN-1" }]);
      const extensions = [
        { oid: oids.subjectAltName, critical: false, value: encodeSubjectAltName([{ kind: "uri", value: "urn:a" }]) },
      ];
      const info = encodeCertificationRequestInfo({ subject, publicKey, extensions });
      write("ours.csr", encodePem("CERTIFICATE REQUEST", signed(info, algorithm, privateKey)));
      const said = openssl("req", "-in", "ours.csr", "-verify", "-noout", "-text");
      assert.match(said, /verify OK/);
      assert.match(said, /serialNumber = SN-1/);
      assert.match(said, /URI:urn:a/);
    });

    test("a root and a list of ours are accepted and verified", () => {
      const { root, list } = authority(algorithm, publicKey, privateKey);
      write("root.pem", encodePem("CERTIFICATE", root));
      write("ours.crl", encodePem("X509 CRL", list));
      assert.match(openssl("verify", "-x509_strict", "-check_ss_sig", "-CAfile", "root.pem", "root.pem"), /OK/);
      const said = openssl("crl", "-in", "ours.crl", "-CAfile", "root.pem", "-noout", "-text");
      assert.match(said, /verify OK/);
      assert.match(said, /Serial Number: 4A02/);
      assert.match(said, /Key Compromise/);
      assert.match(said, /Invalidity Date/);
      assert.match(said, /Issuing Distribution Point: critical/i);
    });
  });

/** A root certificate and a revocation list by it. */
function authority(algorithm: SignatureAlgorithm, publicKey: Uint8Array, privateKey: KeyObject) {
  const { signatureIdentifier } = algorithm;
  const name = encodeName([{ oid: oids.commonName, value: "Root" }]);
  const identifier = keyIdentifier(publicKey, portableHash);
  const [thisUpdate, nextUpdate] = [new Date("2026-01-01T00:00:00Z"), new Date("9999-12-31T23:59:59Z")];
  const authorityKey = {
    oid: oids.authorityKeyIdentifier,
    critical: false,
    value: encodeAuthorityKeyIdentifier(identifier),
  };
  const root = encodeTbsCertificate({
    serialNumber: fromHex("4001"),
    signatureIdentifier,
    issuer: name,
    notBefore: new Date("2020-01-01T00:00:00Z"),
    notAfter: nextUpdate,
    subject: name,
    publicKey,
    extensions: [
      { oid: oids.subjectKeyIdentifier, critical: false, value: encodeSubjectKeyIdentifier(identifier) },
      authorityKey,
      { oid: oids.basicConstraints, critical: true, value: encodeBasicConstraints({ isAuthority: true }) },
      { oid: oids.keyUsage, critical: true, value: encodeKeyUsage(["keyCertSign", "cRLSign"]) },
    ],
  });
  const scope = encodeIssuingDistributionPoint({ uris: ["http://ca.example/crl/02.crl"] });
  const list = encodeTbsCertificateList({
    signatureIdentifier,
    issuer: name,
    thisUpdate,
    nextUpdate,
    revoked: [{ serialNumber: fromHex("4a02"), revocationDate: thisUpdate, reason: 1, invalidityDate: thisUpdate }],
    extensions: [
      authorityKey,
      { oid: oids.crlNumber, critical: false, value: encodeCrlNumber(3) },
      { oid: oids.issuingDistributionPoint, critical: true, value: scope },
    ],
  });
  return { root: signed(root, algorithm, privateKey), list: signed(list, algorithm, privateKey) };
}

describe("a certificate by openssl", () => {
  openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ca.key");
  openssl(
    ..."req -x509 -new -config openssl.cnf -extensions root -key ca.key -days 9 -set_serial 77 -out ca.pem".split(" "),
  );
  const certificate = parseCertificate(readPem("ca.pem", "CERTIFICATE"));
  const value = (oid: string) => findExtension(certificate, oid)?.value as Uint8Array;

  test("its fields", () => {
    assert.deepEqual(certificate.serialNumber, Uint8Array.of(77));
    assert.deepEqual(certificate.publicKey, loadKey("ca.key").publicKey);
    assert.equal(certificate.notAfter.getTime() - certificate.notBefore.getTime(), 9 * 86_400_000);
  });

  test("its extensions", () => {
    assert.deepEqual(parseBasicConstraints(value(oids.basicConstraints)), { isAuthority: true, pathLength: 2 });
    assert.deepEqual([...parseKeyUsage(value(oids.keyUsage))], ["keyCertSign", "cRLSign"]);
    const authorityKey = parseAuthorityKeyIdentifier(value(oids.authorityKeyIdentifier));
    assert.deepEqual(authorityKey.keyIdentifier, parseSubjectKeyIdentifier(value(oids.subjectKeyIdentifier)));
    assert.deepEqual(authorityKey.authorityCertSerialNumber, Uint8Array.of(77));
    assert.equal(authorityKey.authorityCertIssuer?.[0]?.kind, "directoryName");
    assert.deepEqual(parseCertificatePolicies(value(oids.certificatePolicies)), ["1.2.3.4", "1.2.3.5"]);
    assert.deepEqual(
      parseAuthorityInfoAccess(value(oids.authorityInfoAccess)).map(({ method }) => method),
      [oids.caIssuers, oids.ocsp],
    );
    const [point] = parseCrlDistributionPoints(value(oids.crlDistributionPoints));
    assert.deepEqual(point?.reasons, new Set(["keyCompromise", "cACompromise"]));
    assert.deepEqual([point?.fullName?.length, point?.crlIssuer?.length], [2, 1]);
  });
});

test("the extensions of a request by openssl, name by name", () => {
  openssl("req", "-new", "-config", "openssl.cnf", "-key", "P-256.key", "-out", "names.csr");
  const request = parseCertificationRequest(readPem("names.csr", "CERTIFICATE REQUEST"));
  const value = (oid: string) => findExtension({ extensions: request.requestedExtensions }, oid)?.value as Uint8Array;
  assert.deepEqual([...parseKeyUsage(value(oids.keyUsage))], ["digitalSignature"]);
  assert.deepEqual(parseExtendedKeyUsage(value(oids.extendedKeyUsage)), [oids.clientAuth, "1.3.6.1.4.1.32473.3.1"]);
  const names = parseSubjectAltName(value(oids.subjectAltName));
  const kind = (wanted: string) => names.flatMap((name) => (name.kind === wanted ? [name.value] : []));
  assert.deepEqual(kind("uri"), ["urn:uuid:01900000-0000-7000-8000-000000000000"]);
  assert.deepEqual(kind("dns"), ["unit.example"]);
  assert.deepEqual(kind("email"), ["a@unit.example"]);
  assert.deepEqual(kind("registeredId"), ["1.2.3.4"]);
  assert.deepEqual(
    kind("ip").map((address) => (address as Uint8Array).length),
    [4, 16],
  );
  const [module] = kind("otherName") as [Uint8Array];
  assert.deepEqual(parseHardwareModuleName(module), { type: "1.3.6.1.4.1.32473.4.1", serialNumber: fromHex("cafe") });
});

test("a revocation list by openssl reads", () => {
  const row = (revoked: string, serial: string) => `R\t351231235959Z\t${revoked}\t${serial}\tunknown\t/CN=${serial}\n`;
  const rows = [
    row("260101000000Z", "4A01"),
    row("260102000000Z,superseded", "00FF"),
    row("260103000000Z,keyTime,20251224180000Z", "4A03"),
  ];
  write("index.txt", rows.join(""));
  write("crlnumber", "0100\n");
  openssl(..."ca -gencrl -config openssl.cnf -keyfile ca.key -cert ca.pem -out a.crl".split(" "));
  const list = parseCertificateList(readPem("a.crl", "X509 CRL"));
  assert.equal(list.number, 256n);
  assert.equal((list.nextUpdate?.getTime() as number) - list.thisUpdate.getTime(), 7 * 86_400_000);
  assert.deepEqual(
    list.revoked.map(({ serialNumber, revocationDate, reason, invalidityDate }) => [
      toHex(serialNumber),
      revocationDate.toISOString(),
      reason,
      invalidityDate?.toISOString(),
    ]),
    [
      ["00ff", "2026-01-02T00:00:00.000Z", 4, undefined],
      ["4a01", "2026-01-01T00:00:00.000Z", undefined, undefined],
      ["4a03", "2026-01-03T00:00:00.000Z", 1, "2025-12-24T18:00:00.000Z"],
    ],
  );
  const scope = findExtension(list, oids.issuingDistributionPoint);
  assert.ok(scope?.critical);
  const point = parseIssuingDistributionPoint(scope.value);
  assert.equal(point.onlyContainsUserCerts, true);
  assert.deepEqual(point.fullName, [{ kind: "uri", value: "http://ca.example/crl/07.crl" }]);
});
