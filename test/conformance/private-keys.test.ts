// SPDX-License-Identifier: Apache-2.0
// RFC 9881's example private keys: the three encodings are imported, the three bad keys (seed and expanded key that do
// not belong together) are refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeSignatureVerifier, signerFromPkcs8 } from "@natalis/node";
import { parsePem } from "natalis/formats";
import { decodeUtf8 } from "natalis/kernel";
import { absent, readVector, vectorFiles } from "./vectors.ts";

const folder = "pqc/lamps-examples";
const skip = absent(folder);

function pkcs8Of(file: string): Uint8Array {
  const [der] = parsePem(decodeUtf8(readVector(file)), "PRIVATE KEY");
  assert.ok(der !== undefined);
  return der;
}

test("seed, expanded key, and both", { skip }, () => {
  const files = vectorFiles(folder, /^ML-DSA-\d\d-(seed|expanded|both)\.priv$/);
  assert.equal(files.length, 9);
  for (const file of files) {
    const signer = signerFromPkcs8(pkcs8Of(file));
    assert.ok(file.includes(signer.algorithm.name), file);
    const data = new Uint8Array(3);
    assert.ok(nodeSignatureVerifier.verify(signer.algorithm, signer.publicKey, data, signer.sign(data)), file);
  }
});

test("the three encodings of one key have one public key", { skip }, () => {
  for (const level of [44, 65, 87]) {
    const files = vectorFiles(folder, new RegExp(`^ML-DSA-${level}-(seed|expanded|both)\\.priv$`));
    const keys = files.map((file) => signerFromPkcs8(pkcs8Of(file)).publicKey.join());
    assert.equal(new Set(keys).size, 1);
  }
});

test("bad keys", { skip }, () => {
  const files = vectorFiles(folder, /^bad-.*\.priv$/);
  assert.equal(files.length, 3);
  for (const file of files) assert.throws(() => signerFromPkcs8(pkcs8Of(file)), { code: "NAT_KEY_IMPORT" }, file);
});
