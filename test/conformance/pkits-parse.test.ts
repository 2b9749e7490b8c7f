// SPDX-License-Identifier: Apache-2.0
// The certificates and revocation lists of NIST PKITS: all of them are read but for those in the table, which break a
// rule that the parser enforces; that one of these is read after all is a failure too.

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  assembleSigned,
  type Extension,
  oids,
  parseAuthorityKeyIdentifier,
  parseBasicConstraints,
  parseCertificate,
  parseCertificateList,
  parseCertificatePolicies,
  parseCrlDistributionPoints,
  parseExtendedKeyUsage,
  parseIssuingDistributionPoint,
  parseKeyUsage,
  parseNameConstraints,
  parseSubjectAltName,
  parseSubjectKeyIdentifier,
} from "natalis/formats";
import { isNatalisError, toHex } from "natalis/kernel";

const vectors = process.env.NATALIS_VECTORS ?? join(import.meta.dirname, "../../../shared/vectors");
const folder = join(vectors, "pkits");
const skip = existsSync(folder) ? false : `no PKITS vectors in ${folder} (NATALIS_VECTORS names another place)`;

/** What is refused, by which error, and why. The suite means all three certificates and the list to be invalid. */
const refused = new Map([
  ["BadSignedCACert.crt", { code: "NAT_DER_BIT_STRING", why: "the altered signature has unused bits" }],
  ["InvalidDSASignatureTest6EE.crt", { code: "NAT_DER_BIT_STRING", why: "the altered signature has unused bits" }],
  ["BadCRLSignatureCACRL.crl", { code: "NAT_DER_BIT_STRING", why: "the altered signature has unused bits" }],
  ["InvalidNegativeSerialNumberTest15EE.crt", { code: "NAT_X509_SERIAL", why: "the serial number is -1" }],
]);

/** DSA keys that take their parameters from the issuer's: legal, and no key to OpenSSL. */
const keysWithoutParameters = new Set(["DSAParametersInheritedCACert.crt", "ValidDSAParameterInheritanceTest5EE.crt"]);

/** The codec of each extension that we know, for certificates and lists. */
const codecs: Readonly<Record<string, (value: Uint8Array) => unknown>> = {
  [oids.authorityKeyIdentifier]: parseAuthorityKeyIdentifier,
  [oids.basicConstraints]: parseBasicConstraints,
  [oids.certificatePolicies]: parseCertificatePolicies,
  [oids.crlDistributionPoints]: parseCrlDistributionPoints,
  [oids.extendedKeyUsage]: parseExtendedKeyUsage,
  [oids.issuingDistributionPoint]: parseIssuingDistributionPoint,
  [oids.keyUsage]: parseKeyUsage,
  [oids.nameConstraints]: parseNameConstraints,
  [oids.subjectAltName]: parseSubjectAltName,
  [oids.subjectKeyIdentifier]: parseSubjectKeyIdentifier,
};

const read = (path: string) => new Uint8Array(readFileSync(join(folder, path)));
const list = (kind: string) => (skip === false ? readdirSync(join(folder, kind)) : []);

/** Reads it, or finds it refused as the table says; answers undefined then. */
function parseAsExpected<T>(name: string, parse: () => T): T | undefined {
  const exception = refused.get(name);
  if (exception === undefined) return parse();
  assert.throws(parse, (error) => isNatalisError(error) && error.code === exception.code, exception.why);
  return undefined;
}

function readExtensions(extensions: readonly Extension[]): void {
  for (const { oid, value } of extensions) codecs[oid]?.(value);
}

describe("certificates", { skip }, () => {
  for (const name of list("certs"))
    test(name, () => {
      const der = read(join("certs", name));
      const certificate = parseAsExpected(name, () => parseCertificate(der));
      if (certificate === undefined) return;
      readExtensions(certificate.extensions);
      assertAsOpenSsl(name, der);
      const { tbs, signatureIdentifier, signature } = certificate;
      assert.deepEqual(assembleSigned(tbs, signatureIdentifier, signature), der);
    });
});

/** OpenSSL, through Node, reads the same out of it. */
function assertAsOpenSsl(name: string, der: Uint8Array): void {
  const [ours, theirs] = [parseCertificate(der), new X509Certificate(der)];
  assert.equal(toHex(ours.serialNumber).replace(/^0+/, ""), theirs.serialNumber.toLowerCase().replace(/^0+/, ""));
  assert.equal(ours.notBefore.getTime(), theirs.validFromDate.getTime());
  assert.equal(ours.notAfter.getTime(), theirs.validToDate.getTime());
  if (!keysWithoutParameters.has(name))
    assert.deepEqual(ours.publicKey, new Uint8Array(theirs.publicKey.export({ type: "spki", format: "der" })));
}

describe("revocation lists", { skip }, () => {
  for (const name of list("crls"))
    test(name, () => {
      const der = read(join("crls", name));
      const crl = parseAsExpected(name, () => parseCertificateList(der));
      if (crl === undefined) return;
      readExtensions(crl.extensions);
      assert.deepEqual(assembleSigned(crl.tbs, crl.signatureIdentifier, crl.signature), der);
    });
});

test("the suite is whole and every exception is a file of it", { skip }, () => {
  const [certificates, lists] = [list("certs"), list("crls")];
  assert.deepEqual([certificates.length, lists.length], [405, 173]);
  for (const name of refused.keys()) assert.ok(certificates.includes(name) || lists.includes(name), name);
});
