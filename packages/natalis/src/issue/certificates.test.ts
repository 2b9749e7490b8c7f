// SPDX-License-Identifier: Apache-2.0
// Certificates of authorities and of the server, field by field (DESIGN 3.1).

import assert from "node:assert/strict";
import test from "node:test";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  attributeValues,
  type Certificate,
  findExtension,
  keyIdentifier,
  oids,
  parseAuthorityKeyIdentifier,
  parseBasicConstraints,
  parseCertificate,
  parseCertificatePolicies,
  parseExtendedKeyUsage,
  parseKeyUsage,
  parseSubjectAltName,
} from "../formats/index.ts";
import type { Signer } from "../kernel/index.ts";
import { testArc, testBaseUrl } from "../testing/index.ts";
import {
  type Authority,
  newSerial,
  noExpiry,
  openAuthority,
  prepareIssuingCertificate,
  prepareRootCertificate,
  prepareServerCertificate,
  signPrepared,
} from "./index.ts";

const notBefore = new Date("2026-03-01T12:00:00Z");
const name = { organization: "Acme Pumps", commonName: "Acme Root" };
const serial = () => newSerial(nodeEntropy);
const extensionValue = (certificate: Certificate, oid: string) => findExtension(certificate, oid)?.value as Uint8Array;
const verify = (certificate: Certificate, by: Signer) =>
  nodeSignatureVerifier.verify(by.algorithm, by.publicKey, certificate.tbs, certificate.signature);

function openTest(certificate: Certificate): Authority {
  return openAuthority({ certificate, baseUrl: testBaseUrl, arc: testArc, hash: nodeHash });
}

async function rootOf(signer: Signer): Promise<Authority> {
  const input = { name, publicKey: signer.publicKey, serialNumber: serial(), notBefore, hash: nodeHash };
  return openTest(parseCertificate(await signPrepared(prepareRootCertificate(input), signer)));
}

for (const algorithm of Object.values(algorithms))
  test(`${algorithm.name}: a root, an issuing authority and a server under it`, async () => {
    const [rootSigner, issuingSigner, serverSigner] = [1, 2, 3].map(() => generateKey(algorithm).signer);
    assert.ok(rootSigner && issuingSigner && serverSigner);
    const root = await rootOf(rootSigner);
    assert.ok(verify(root.certificate, rootSigner));
    assert.equal(root.algorithm, algorithm);
    const issuingInput = { authority: root, name: { ...name, commonName: "Acme Issuing" }, notBefore };
    const prepared = prepareIssuingCertificate({
      ...issuingInput,
      publicKey: issuingSigner.publicKey,
      serialNumber: serial(),
    });
    const issuing = openTest(parseCertificate(await signPrepared(prepared, rootSigner)));
    assert.ok(verify(issuing.certificate, rootSigner));
    const server = prepareServerCertificate({
      authority: issuing,
      hosts: ["registrar.example", "192.0.2.1"],
      publicKey: serverSigner.publicKey,
      serialNumber: serial(),
      notBefore,
      lifetimeDays: 90,
    });
    assert.ok(verify(parseCertificate(await signPrepared(server, issuingSigner)), issuingSigner));
  });

test("a root: names itself, ends in 9999, any policy, no bound on the path, no extended key usage", async () => {
  const { signer } = generateKey(algorithms.ES256);
  const { certificate } = await rootOf(signer);
  assert.deepEqual(certificate.issuer.der, certificate.subject.der);
  assert.deepEqual(attributeValues(certificate.subject, oids.organizationName), ["Acme Pumps"]);
  assert.deepEqual(attributeValues(certificate.subject, oids.commonName), ["Acme Root"]);
  assert.deepEqual(certificate.notBefore, notBefore);
  assert.deepEqual(certificate.notAfter, noExpiry);
  assert.deepEqual(parseBasicConstraints(extensionValue(certificate, oids.basicConstraints)), { isAuthority: true });
  assert.deepEqual([...parseKeyUsage(extensionValue(certificate, oids.keyUsage))], ["keyCertSign", "cRLSign"]);
  assert.deepEqual(parseCertificatePolicies(extensionValue(certificate, oids.certificatePolicies)), [oids.anyPolicy]);
  assert.equal(findExtension(certificate, oids.extendedKeyUsage), undefined);
  assert.equal(findExtension(certificate, oids.crlDistributionPoints), undefined);
});

test("an issuing authority: path length 1, the root's key identifier", async () => {
  const rootSigner = generateKey(algorithms.ES256).signer;
  const root = await rootOf(rootSigner);
  const { publicKey } = generateKey(algorithms.ES256).signer;
  const issuingName = { ...name, commonName: "Acme Issuing" };
  const prepared = prepareIssuingCertificate({
    authority: root,
    name: issuingName,
    publicKey,
    serialNumber: serial(),
    notBefore,
  });
  const certificate = parseCertificate(await signPrepared(prepared, rootSigner));
  assert.deepEqual(parseBasicConstraints(extensionValue(certificate, oids.basicConstraints)), {
    isAuthority: true,
    pathLength: 1,
  });
  assert.deepEqual(parseAuthorityKeyIdentifier(extensionValue(certificate, oids.authorityKeyIdentifier)), {
    keyIdentifier: keyIdentifier(rootSigner.publicKey, nodeHash),
  });
  assert.deepEqual(certificate.notAfter, noExpiry);
});

test("a server: its hosts, TLS alone, an end", async () => {
  const signer = generateKey(algorithms.ES256).signer;
  const root = await rootOf(signer);
  const prepared = prepareServerCertificate({
    authority: root,
    hosts: ["registrar.example", "::1"],
    publicKey: generateKey(algorithms.EdDSA).signer.publicKey,
    serialNumber: serial(),
    notBefore,
    lifetimeDays: 90,
  });
  const certificate = parseCertificate(await signPrepared(prepared, signer));
  assert.deepEqual(parseSubjectAltName(extensionValue(certificate, oids.subjectAltName)), [
    { kind: "dns", value: "registrar.example" },
    { kind: "ip", value: new Uint8Array(16).with(15, 1) },
  ]);
  assert.deepEqual(parseExtendedKeyUsage(extensionValue(certificate, oids.extendedKeyUsage)), [oids.serverAuth]);
  assert.deepEqual(certificate.notAfter, new Date("2026-05-30T12:00:00Z"));
});

test("refused: names that are empty, the issuer's own, or too long", async () => {
  const signer = generateKey(algorithms.ES256).signer;
  const root = await rootOf(signer);
  const { publicKey } = generateKey(algorithms.ES256).signer;
  const input = { authority: root, publicKey, serialNumber: serial(), notBefore };
  for (const [change, code] of [
    [{ organization: "" }, "NAT_ISSUE_FACTS"],
    [{ commonName: " x" }, "NAT_ISSUE_FACTS"],
    [{ commonName: "c".repeat(65) }, "NAT_ISSUE_FACTS"],
    [{}, "NAT_ISSUE_LINT"],
  ] as const)
    assert.throws(() => prepareIssuingCertificate({ ...input, name: { ...name, ...change } }), { code });
});

test("refused: serial numbers that are not ours, unknown keys, no hosts", async () => {
  const signer = generateKey(algorithms.ES256).signer;
  const root = await rootOf(signer);
  const { publicKey } = generateKey(algorithms.ES256).signer;
  const rootInput = { name, publicKey, notBefore, hash: nodeHash };
  assert.throws(() => prepareRootCertificate({ ...rootInput, serialNumber: Uint8Array.of(1) }), {
    code: "NAT_ISSUE_LINT",
  });
  assert.throws(() => prepareRootCertificate({ ...rootInput, publicKey: new Uint8Array(91), serialNumber: serial() }), {
    code: "NAT_ALGORITHM_UNKNOWN",
  });
  const serverInput = { authority: root, publicKey, notBefore, lifetimeDays: 1, serialNumber: serial() };
  for (const hosts of [[], ["a b"], Array.from({ length: 101 }, () => "a.example")])
    assert.throws(() => prepareServerCertificate({ ...serverInput, hosts }), { code: "NAT_ISSUE_FACTS" });
});
