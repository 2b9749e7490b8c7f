// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { generateKey } from "@natalis/node";
import { type DigestName, equalBytes, fromHex, isNatalisError } from "../../kernel/index.ts";
import { forgeCertificate } from "../../testing/certificate-forge.ts";
import { algorithms } from "../algorithms.ts";
import { readExactly } from "../der/index.ts";
import { type Certificate, publicKeyBits } from "../x509/index.ts";
import { certificateId, encodeCertificateId, isIdOf, readCertificateId } from "./certificate-id.ts";

const key = () => generateKey(algorithms.ES256).signer;
const root = await forgeCertificate({ name: "root", signer: key() });
const other = await forgeCertificate({ name: "root", signer: key() });
const leaf = await forgeCertificate({ name: "leaf", issuer: root, signer: key() });
const twin = await forgeCertificate({
  name: "twin",
  issuer: root,
  signer: key(),
  serialNumber: leaf.certificate.serialNumber,
});
const [certificate, issuer] = [leaf.certificate, root.certificate];
const digests: readonly DigestName[] = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];

for (const digest of digests)
  test(`${digest}: digests of the issuer's name and key bits, and the serial number (4.1.1)`, () => {
    const hash = (data: Uint8Array) => new Uint8Array(createHash(digest.replace("-", "")).update(data).digest());
    const id = certificateId(certificate, issuer, digest);
    assert.deepEqual(id.issuerNameHash, hash(issuer.subject.der));
    assert.deepEqual(id.issuerKeyHash, hash(publicKeyBits(issuer.publicKey)));
    assert.deepEqual(id.serialNumber, certificate.serialNumber);
    const read = readExactly(encodeCertificateId({ ...id, digest }), readCertificateId);
    assert.deepEqual(read, id);
    assert.ok(isIdOf(certificate, issuer)(read));
  });

describe("it is not of", () => {
  const id = certificateId(certificate, issuer, "SHA-256");
  const renamed: Certificate = { ...certificate, issuer: certificate.subject };
  for (const [what, about, under] of [
    ["another serial number", root.certificate, issuer],
    ["another key of the issuer's name", certificate, other.certificate],
    ["another issuer's name", renamed, issuer],
  ] as const)
    test(what, () => assert.ok(!isIdOf(about, under)(id)));
  test("but of whatever has that serial number under that issuer", () =>
    assert.ok(isIdOf(twin.certificate, issuer)(id)));
});

const hex = (text: string) => fromHex(text.replaceAll(" ", ""));
const sha1 = "06052b0e03021a";

test("parameters NULL or absent are the same; an algorithm that is not known identifies nothing", () => {
  for (const algorithm of [`3009 ${sha1} 0500`, `3007 ${sha1}`]) {
    const body = `${algorithm} 0401aa 0401bb 020105`;
    const read = readExactly(hex(`30${(hex(body).length).toString(16)} ${body}`), readCertificateId);
    assert.equal(read.digest, "SHA-1");
  }
  const unknown = readExactly(hex("3013 3008 06032a0304 020101 0401aa 0401bb 020105"), readCertificateId);
  assert.equal(unknown.digest, undefined);
  assert.ok(!isIdOf(certificate, issuer)({ ...unknown, serialNumber: certificate.serialNumber }));
});

describe("refused", () => {
  for (const [what, der, code] of [
    ["parameters of another type", "3015 300a 06052b0e03021a 020101 0401aa 0401bb 020105", "NAT_DER_TAG"],
    ["two parameters", "3016 300b 06052b0e03021a 0500 0500 0401aa 0401bb 020105", "NAT_DER_TRAILING"],
    ["no serial number", "300f 3007 06052b0e03021a 0401aa 0401bb", "NAT_DER_TAG"],
    ["a field too many", "3014 3007 06052b0e03021a 0401aa 0401bb 020105 0500", "NAT_DER_TRAILING"],
    ["a serial number of 21 octets", `3026 3007 06052b0e03021a 0401aa 0401bb 0215${"11".repeat(21)}`, "NAT_OCSP_FORM"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => readExactly(hex(der), readCertificateId),
        (error) => isNatalisError(error, code),
      ),
    );
});

test("both digests count, each by itself", () => {
  const id = certificateId(certificate, issuer, "SHA-1");
  assert.ok(!equalBytes(id.issuerNameHash, id.issuerKeyHash));
  assert.ok(!isIdOf(certificate, issuer)({ ...id, issuerNameHash: id.issuerKeyHash }));
  assert.ok(!isIdOf(certificate, issuer)({ ...id, issuerKeyHash: id.issuerNameHash }));
});

test("each digest is computed once, however many identifiers there are", () => {
  let reads = 0;
  const watched: Certificate = {
    ...issuer,
    get publicKey() {
      reads++;
      return issuer.publicKey;
    },
  };
  const isOurs = isIdOf(certificate, watched);
  for (let i = 0; i < 10; i++)
    for (const digest of digests) assert.ok(isOurs(certificateId(certificate, issuer, digest)));
  assert.equal(reads, digests.length);
});
