// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import { generateKey, nodeHash } from "@natalis/node";
import {
  algorithms,
  encodeBasicConstraints,
  encodeKeyUsage,
  encodeTbsCertificate,
  type Extension,
  oids,
  parseCertificate,
  assembleSigned,
} from "../formats/index.ts";
import { toHex } from "../kernel/index.ts";
import { authorityExtensions, extension, forgeCertificate } from "../testing/certificate-forge.ts";
import { TestAuthority, testArc, testBaseUrl } from "../testing/index.ts";
import { openAuthority } from "./authority.ts";

const { signer } = generateKey(algorithms.ES256);
const common = { baseUrl: testBaseUrl, arc: testArc, hash: nodeHash };

async function forged(...extensions: readonly Extension[]) {
  return (await forgeCertificate({ name: "Forged", signer, extensions })).certificate;
}

test("an authority knows its key identifier, algorithm, address and OIDs", async () => {
  const { issuing } = await TestAuthority.open();
  const opened = openAuthority({ certificate: issuing.certificate, ...common });
  assert.equal(opened.keyIdentifier.length, 20);
  assert.equal(opened.keyId, toHex(opened.keyIdentifier));
  assert.equal(opened.algorithm, algorithms.ES256);
  assert.equal(opened.baseUrl, testBaseUrl);
  assert.equal(opened.oids.birthExtension, `${testArc}.1`);
});

const [, usage] = authorityExtensions() as [Extension, Extension, ...Extension[]];
const refused: readonly [string, readonly Extension[]][] = [
  ["no basic constraints", [usage]],
  [
    "a device's basic constraints",
    [usage, extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: false }), true)],
  ],
  ["no key usage", [authorityExtensions()[0] as Extension]],
  [
    "a key that may sign no CRLs",
    [authorityExtensions()[0] as Extension, extension(oids.keyUsage, encodeKeyUsage(["keyCertSign"]), true)],
  ],
  [
    "a key that may sign no certificates",
    [authorityExtensions()[0] as Extension, extension(oids.keyUsage, encodeKeyUsage(["cRLSign"]), true)],
  ],
];
for (const [what, extensions] of refused)
  test(`refused: ${what}`, async () => {
    const certificate = await forged(...extensions);
    assert.throws(() => openAuthority({ certificate, ...common }), { code: "NAT_ISSUE_AUTHORITY" });
  });

test("refused: no subject key identifier", async () => {
  const { issuer, subject, ...fields } = await forged(...authorityExtensions());
  const tbs = encodeTbsCertificate({
    ...fields,
    issuer: issuer.der,
    subject: subject.der,
    extensions: authorityExtensions(),
  });
  const certificate = parseCertificate(assembleSigned(tbs, fields.signatureIdentifier, fields.signature));
  assert.throws(() => openAuthority({ certificate, ...common }), { code: "NAT_ISSUE_AUTHORITY" });
});

test("refused: an address that is not permanent and an arc that is none", async () => {
  const certificate = await forged(...authorityExtensions());
  assert.throws(() => openAuthority({ certificate, ...common, baseUrl: "https://a" }), { code: "NAT_ISSUE_URL" });
  assert.throws(() => openAuthority({ certificate, ...common, arc: "1" }), { code: "NAT_ARC_FORM" });
});
