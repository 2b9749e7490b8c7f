// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { algorithms, encodePem } from "../formats/index.ts";
import { isNatalisError } from "../kernel/index.ts";
import { forgeCertificate } from "../testing/certificate-forge.ts";
import { openUnsafeTestLog } from "../testing/index.ts";
import { generateKeyPair, signerFromKeyPair } from "../webcrypto/index.ts";
import { encodeTrustFile, parseTrustFile, type TrustFile } from "./trust-file.ts";

const refused = (error: unknown) => isNatalisError(error, "NAT_REGISTRY_TRUST_FILE");

async function someTrust(): Promise<TrustFile> {
  const signer = await signerFromKeyPair(await generateKeyPair(algorithms.ES256));
  const root = await forgeCertificate({ name: "Root", signer });
  const { trust } = await openUnsafeTestLog();
  return { arc: "1.3.6.1.4.1.32473.1", roots: [root.certificate], log: trust.policy };
}

test("a trust file comes back as it went", async () => {
  const trust = await someTrust();
  const text = encodeTrustFile(trust);
  const parsed = parseTrustFile(text);
  assert.deepEqual(parsed, trust);
  assert.equal(encodeTrustFile(parsed), text);
});

test("every member is required, checked, and no other is taken", async () => {
  const trust = await someTrust();
  const file = JSON.parse(encodeTrustFile(trust)) as { roots: string[] };
  const [pem] = file.roots as [string];
  const cases: [string, object][] = [
    ["no version", { version: undefined }],
    ["another version", { version: 2 }],
    ["a version as text", { version: "1" }],
    ["no arc", { arc: undefined }],
    ["an arc of one number", { arc: "1" }],
    ["an arc with a leading zero", { arc: "1.03" }],
    ["an arc that no root OID starts", { arc: "3.1" }],
    ["a 128-bit arc", { arc: "2.25.329800735698586629295641978511506172918" }],
    ["no roots", { roots: [] }],
    ["roots as text", { roots: pem }],
    ["a root that is a number", { roots: [1] }],
    ["a root that is no PEM", { roots: ["x"] }],
    ["a root with two certificates", { roots: [pem + pem] }],
    ["a root that is no certificate", { roots: [encodePem("CERTIFICATE", Uint8Array.of(0x30, 0))] }],
    ["a root under another label", { roots: [pem.replaceAll("CERTIFICATE", "X509 CRL")] }],
    ["101 roots", { roots: Array(101).fill(pem) }],
    ["no log", { log: undefined }],
    ["a log that is no policy", { log: "x" }],
    ["an unknown member", { extra: 1 }],
  ];
  for (const [name, changes] of cases)
    assert.throws(() => parseTrustFile(JSON.stringify({ ...file, ...changes })), refused, name);
});

test("text that is no JSON object, or too long, is refused", () => {
  for (const text of ["", "{", "null", "[]", "1", '"x"', "{}", " ".repeat(1_048_577)])
    assert.throws(() => parseTrustFile(text), refused);
});

test("arbitrary JSON is refused", () => {
  fc.assert(fc.property(fc.json(), (text) => assert.throws(() => parseTrustFile(text), refused)));
});
