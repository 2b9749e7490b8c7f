// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { algorithms } from "../formats/index.ts";
import { generateKeyPair, signerFromKeyPair, webSignatureVerifier } from "./index.ts";

const { subtle } = crypto;
const data = new Uint8Array(4);

test("a generated private key never shows its bytes", async () => {
  const { privateKey } = await generateKeyPair(algorithms.ES256);
  assert.equal(privateKey.extractable, false);
  await assert.rejects(subtle.exportKey("pkcs8", privateKey), { name: "InvalidAccessError" });
});

test("halves of two keys are refused", async () => {
  const [one, two] = [await generateKeyPair(algorithms.ES256), await generateKeyPair(algorithms.ES256)];
  const mixed = { privateKey: one.privateKey, publicKey: two.publicKey };
  await assert.rejects(signerFromKeyPair(mixed), { code: "NAT_WEBCRYPTO_KEY" });
});

test("halves in each other's place are refused", async () => {
  const { privateKey, publicKey } = await generateKeyPair(algorithms.EdDSA);
  const swapped = { privateKey: publicKey, publicKey: privateKey };
  await assert.rejects(signerFromKeyPair(swapped), { code: "NAT_WEBCRYPTO_KEY" });
});

test("a key of an algorithm that is not in the table is refused", async () => {
  const pair = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-521" }, false, ["sign", "verify"]);
  await assert.rejects(signerFromKeyPair(pair), { code: "NAT_WEBCRYPTO_KEY" });
});

test("a runtime without the algorithm says so: no silent false", async (t) => {
  const algorithm = algorithms["ML-DSA-44"];
  const { publicKey } = await signerFromKeyPair(await generateKeyPair(algorithm));
  const signature = new Uint8Array(algorithm.coseSignatureLength);
  const lacking = () => Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"));
  mock.method(subtle, "importKey", lacking);
  mock.method(subtle, "generateKey", lacking);
  t.after(() => mock.restoreAll());
  const unsupported = { code: "NAT_WEBCRYPTO_UNSUPPORTED" };
  await assert.rejects(async () => webSignatureVerifier.verify(algorithm, publicKey, data, signature), unsupported);
  await assert.rejects(generateKeyPair(algorithm), unsupported);
});

test("another failure of the runtime is passed on as it is", async (t) => {
  const { publicKey } = await signerFromKeyPair(await generateKeyPair(algorithms.EdDSA));
  mock.method(subtle, "importKey", () => Promise.reject(new TypeError("broken")));
  t.after(() => mock.restoreAll());
  const signature = new Uint8Array(64).fill(9);
  await assert.rejects(
    async () => webSignatureVerifier.verify(algorithms.EdDSA, publicKey, data, signature),
    TypeError,
  );
});
