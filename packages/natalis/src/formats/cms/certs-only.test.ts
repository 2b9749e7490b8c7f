// SPDX-License-Identifier: Apache-2.0
// Certificates in CMS: the openssl command reads what we write, and we read what it writes.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as fc from "fast-check";
import { compareBytes, concatBytes, isNatalisError } from "../../kernel/index.ts";
import { forgeCertificate } from "../../testing/certificate-forge.ts";
import { generateKeyPair, signerFromKeyPair } from "../../webcrypto/index.ts";
import { algorithms } from "../algorithms.ts";
import {
  contextTag,
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSetOf,
  encodeTagged,
  encodeTagLengthValue,
} from "../der/index.ts";
import { encodePem } from "../pem.ts";
import { encodeCertsOnly, parseCertsOnly } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-cms-"));
after(() => rmSync(folder, { recursive: true }));

/** In descending order, which is not the order of a SET OF. */
let certificates: readonly Uint8Array[];
before(async () => {
  const ders: Uint8Array[] = [];
  for (const name of ["Root", "Issuing", "Unit"]) {
    const signer = await signerFromKeyPair(await generateKeyPair(algorithms.ES256));
    ders.push((await forgeCertificate({ name, signer })).certificate.der);
  }
  certificates = ders.toSorted(compareBytes).toReversed();
});

function path(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

function openssl(...words: string[]): Buffer {
  const { status, stdout, stderr } = spawnSync("openssl", words);
  assert.equal(status, 0, stderr.toString());
  return stdout;
}

const pemOf = (ders: readonly Uint8Array[]) => ders.map((der) => encodePem("CERTIFICATE", der)).join("");

test("certificates come back as they were, in the order of a SET OF", () => {
  const parsed = parseCertsOnly(encodeCertsOnly(certificates));
  assert.deepEqual(
    parsed.map(({ der }) => der),
    certificates.toReversed(),
  );
});

test("openssl finds them, as PKCS#7 and as CMS", () => {
  const file = path("ours.p7c", encodeCertsOnly(certificates));
  const found = openssl("pkcs7", "-inform", "DER", "-in", file, "-print_certs").toString();
  for (const der of certificates) assert.ok(found.includes(encodePem("CERTIFICATE", der).trim()));
  assert.equal(found.match(/BEGIN CERTIFICATE/g)?.length, certificates.length);
  const told = openssl("cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", file).toString();
  assert.match(told, /pkcs7-signedData.*version: 1\n.*eContentType: pkcs7-data.*eContent: <ABSENT>/s);
});

test("openssl writes the same bytes where the order is the same", () => {
  const given = path("sorted.pem", pemOf(certificates.toReversed()));
  const written = openssl("crl2pkcs7", "-nocrl", "-certfile", given, "-outform", "DER");
  assert.deepEqual(new Uint8Array(written), encodeCertsOnly(certificates));
});

test("what openssl leaves unsorted is read in its order", () => {
  const given = path("unsorted.pem", pemOf(certificates));
  const written = openssl("crl2pkcs7", "-nocrl", "-certfile", given, "-outform", "DER");
  assert.deepEqual(
    parseCertsOnly(written).map(({ der }) => new Uint8Array(der)),
    certificates,
  );
});

describe("refused", () => {
  const dataType = "1.2.840.113549.1.7.1";
  const none = encodeSetOf([]);
  const parts = () => ({
    version: encodeInteger(1),
    digests: none,
    content: encodeSequence(encodeOid(dataType)),
    certificates: encodeSetOf(certificates, contextTag(0)),
    signers: none,
  });
  const message = (changed: Partial<ReturnType<typeof parts>> = {}, type = "1.2.840.113549.1.7.2") => {
    const signedData = encodeSequence(...Object.values({ ...parts(), ...changed }));
    return encodeSequence(encodeOid(type), encodeTagged(0, signedData));
  };
  const first = () => certificates[0] as Uint8Array;
  const content = encodeSequence(encodeOid(dataType), encodeTagged(0, encodeOctetString(Uint8Array.of(1))));
  const many = () => Array.from({ length: 101 }, (_, i) => encodeSequence(encodeInteger(i)));
  const set = (...members: readonly Uint8Array[]) => encodeSetOf(members, contextTag(0));

  const messages: readonly (readonly [string, () => Uint8Array, string])[] = [
    ["data", () => message({}, dataType), "NAT_CMS_CONTENT"],
    ["another version", () => message({ version: encodeInteger(3) }), "NAT_CMS_CONTENT"],
    ["a digest algorithm", () => message({ digests: encodeSetOf([encodeSequence()]) }), "NAT_CMS_CERTS_ONLY"],
    ["content", () => message({ content }), "NAT_CMS_CERTS_ONLY"],
    ["another type of content", () => message({ content: encodeSequence(encodeOid("1.2.3")) }), "NAT_CMS_CERTS_ONLY"],
    ["a signer", () => message({ signers: encodeSetOf([encodeSequence()]) }), "NAT_CMS_CERTS_ONLY"],
    ["revocation lists", () => message({ signers: concatBytes(Uint8Array.of(0xa1, 0), none) }), "NAT_CMS_CERTS_ONLY"],
    ["no certificate", () => message({ certificates: new Uint8Array(0) }), "NAT_CMS_CERTIFICATES"],
    ["an empty set of certificates", () => message({ certificates: set() }), "NAT_CMS_CERTIFICATES"],
    ["a certificate twice", () => message({ certificates: set(first(), first()) }), "NAT_CMS_CERTIFICATES"],
    ["101 certificates", () => message({ certificates: set(...many()) }), "NAT_CMS_CERTIFICATES"],
    ["an attribute certificate", () => message({ certificates: set(Uint8Array.of(0xa2, 0)) }), "NAT_CMS_CERTIFICATES"],
    ["a certificate that is none", () => message({ certificates: set(encodeSequence(encodeNull())) }), "NAT_DER_TAG"],
    ["indefinite length", () => concatBytes(Uint8Array.of(0x30, 0x80), new Uint8Array(2)), "NAT_DER_LENGTH"],
    ["bytes after it", () => concatBytes(message(), Uint8Array.of(0)), "NAT_DER_TRAILING"],
    ["a field after the signers", () => message({ signers: concatBytes(none, none) }), "NAT_DER_TRAILING"],
    ["nothing", () => new Uint8Array(0), "NAT_DER_TAG"],
  ];
  for (const [what, make, code] of messages)
    test(what, () =>
      assert.throws(
        () => parseCertsOnly(make()),
        (error) => isNatalisError(error, code as `NAT_${string}`),
      ),
    );

  test("not written: none, one twice, what is no certificate", () => {
    for (const given of [[], [first(), first()], [encodeTagLengthValue(0xa2)], [new Uint8Array(0)]])
      assert.throws(
        () => encodeCertsOnly(given),
        (error) => isNatalisError(error, "NAT_CMS_CERTIFICATES"),
      );
  });

  test("changed bytes answer or are refused, and nothing else", () => {
    const whole = encodeCertsOnly(certificates);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(whole.length), (at, byte, end) => {
        for (const changed of [whole.with(at, byte), whole.subarray(0, end)])
          try {
            parseCertsOnly(changed);
          } catch (error) {
            assert.ok(isNatalisError(error), String(error));
          }
      }),
      { numRuns: 2000, seed: 7030 },
    );
  });
});
