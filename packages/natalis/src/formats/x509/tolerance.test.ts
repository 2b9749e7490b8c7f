// SPDX-License-Identifier: Apache-2.0
// What the tolerance takes, and that nothing takes it unasked, nor more than it names.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { concatBytes, isNatalisError } from "../../kernel/index.ts";
import { algorithms } from "../algorithms.ts";
import { encodeOid, encodeSequence, encodeTagLengthValue, encodeUtf8String, tags } from "../der/index.ts";
import { encodeKeyUsage } from "./key-usage.ts";
import { oids } from "./object-identifiers.ts";
import {
  assembleSigned,
  attributeValues,
  encodeTbsCertificate,
  parseCertificate,
  parseSubjectAltName,
  type TbsCertificateFields,
  tpmCertificateTolerance,
} from "./index.ts";

const attribute = (oid: string, value: string) => encodeSequence(encodeOid(oid), encodeUtf8String(value));
const [organization, unit] = [attribute(oids.organizationName, "Maker"), attribute(oids.organizationalUnitName, "TPM")];
/** One relative name whose attributes stand in the order given. */
const nameOf = (...attributes: Uint8Array[]) => encodeSequence(encodeTagLengthValue(tags.set, ...attributes));
const ordered = nameOf(unit, organization);
const disordered = nameOf(organization, unit);

const { signatureIdentifier, publicKeyPrefix, publicKeyLength } = algorithms.ES256;
const point = new Uint8Array(publicKeyLength).with(0, 0x04);

function certificate(fields: Partial<TbsCertificateFields> = {}): Uint8Array {
  const tbs = encodeTbsCertificate({
    serialNumber: Uint8Array.of(0x41),
    signatureIdentifier,
    issuer: ordered,
    notBefore: new Date("2020-01-01T00:00:00Z"),
    notAfter: new Date("2040-01-01T00:00:00Z"),
    subject: ordered,
    publicKey: concatBytes(publicKeyPrefix, point),
    extensions: [{ oid: oids.keyUsage, critical: true, value: encodeKeyUsage(["keyCertSign"]) }],
    ...fields,
  });
  // The last octet of the signature is the one that padding is made of.
  return assembleSigned(tbs, signatureIdentifier, Uint8Array.of(1, 2, 0xff));
}

const padded = (der: Uint8Array, ...octets: number[]) => concatBytes(der, Uint8Array.from(octets));
const refused = (run: () => unknown, code: `NAT_${string}`) =>
  assert.throws(run, (error) => isNatalisError(error, code));

test("padding after the certificate is no part of it", () => {
  const der = certificate();
  for (const octets of [[], [0xff], Array.from({ length: 300 }, () => 0xff)]) {
    const parsed = parseCertificate(padded(der, ...octets), tpmCertificateTolerance);
    assert.deepEqual(parsed.der, der);
    assert.deepEqual(parsed.signature, Uint8Array.of(1, 2, 0xff));
  }
});

test("other octets after the certificate are refused, and padding where nobody asked", () => {
  const der = certificate();
  for (const octets of [[0x00], [0xff, 0xfe], [0xff, 0xff, 0x30]])
    refused(() => parseCertificate(padded(der, ...octets), tpmCertificateTolerance), "NAT_DER_TRAILING");
  refused(() => parseCertificate(padded(der, 0xff)), "NAT_DER_TRAILING");
});

test("attributes of a relative name in another order", () => {
  for (const fields of [{ issuer: disordered }, { subject: disordered }]) {
    const der = certificate(fields);
    const { issuer, subject } = parseCertificate(der, tpmCertificateTolerance);
    for (const name of [issuer, subject])
      assert.deepEqual(name.relativeNames[0]?.map(({ value }) => value).toSorted(), ["Maker", "TPM"]);
    refused(() => parseCertificate(der), "NAT_DER_SET_ORDER");
  }
});

test("attributes of a directory name among the alternative names in another order", () => {
  const names = (name: Uint8Array) => encodeSequence(encodeTagLengthValue(0xa4, name));
  const [parsed] = parseSubjectAltName(names(disordered), tpmCertificateTolerance);
  assert.ok(parsed?.kind === "directoryName");
  assert.deepEqual(attributeValues(parsed.value, oids.organizationName), ["Maker"]);
  assert.deepEqual(parseSubjectAltName(names(ordered)).length, 1);
  refused(() => parseSubjectAltName(names(disordered)), "NAT_DER_SET_ORDER");
});

test("a parsed certificate tells what it was parsed with", () => {
  assert.equal(parseCertificate(certificate()).tolerance, undefined);
  assert.equal(parseCertificate(certificate(), tpmCertificateTolerance).tolerance, tpmCertificateTolerance);
});

test("whatever else is changed gives a catalogue error or a certificate", () => {
  const der = padded(certificate({ subject: disordered }), 0xff, 0xff);
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const bytes = der.slice();
      bytes[at] = (bytes[at] as number) ^ change;
      try {
        parseCertificate(bytes, tpmCertificateTolerance);
      } catch (error) {
        assert.ok(isNatalisError(error));
      }
    }),
    { numRuns: 1000 },
  );
});
