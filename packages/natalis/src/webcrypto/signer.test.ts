// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import { algorithms } from "../formats/index.ts";
import { generateKeyPair, signerFromKeyPair, webSignatureVerifier } from "./index.ts";
import { keyParameters } from "./web-algorithms.ts";

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

test("refused: keys of the wrong kind or use, each by itself", async () => {
  const pair = await generateKeyPair(algorithms.ES256);
  const hmac = await subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
  const agreement = await subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const pairs = [
    { ...pair, privateKey: hmac },
    { ...pair, privateKey: agreement.privateKey },
    { ...pair, publicKey: pair.privateKey },
    { ...pair, publicKey: hmac },
    agreement,
  ];
  for (const wrong of pairs) await assert.rejects(signerFromKeyPair(wrong), { code: "NAT_WEBCRYPTO_KEY" });
});

test("halves of different algorithms are refused", async () => {
  const [ec, ed] = [await generateKeyPair(algorithms.ES256), await generateKeyPair(algorithms.EdDSA)];
  const p384 = await generateKeyPair(algorithms.ES384);
  for (const mixed of [
    { privateKey: ec.privateKey, publicKey: ed.publicKey },
    { privateKey: ed.privateKey, publicKey: ec.publicKey },
    { privateKey: ec.privateKey, publicKey: p384.publicKey },
    { privateKey: p384.privateKey, publicKey: ec.publicKey },
  ])
    await assert.rejects(signerFromKeyPair(mixed), { code: "NAT_WEBCRYPTO_KEY" });
});

test("a key that was imported signs as well as one that was made here", async () => {
  for (const algorithm of Object.values(algorithms)) {
    const { pkcs8, signer: known } = generateKey(algorithm);
    const key = keyParameters(algorithm);
    const privateKey = await subtle.importKey("pkcs8", new Uint8Array(pkcs8), key, false, ["sign"]);
    const publicKey = await subtle.importKey("spki", new Uint8Array(known.publicKey), key, true, ["verify"]);
    const signer = await signerFromKeyPair({ privateKey, publicKey });
    assert.equal(signer.algorithm, algorithm);
    assert.deepEqual(signer.publicKey, known.publicKey);
    const signature = await signer.sign(data);
    assert.ok(nodeSignatureVerifier.verify(algorithm, known.publicKey, data, signature));
  }
});

test("what is signed is the data at the time of the call, in a Buffer too", async () => {
  const signer = await signerFromKeyPair(await generateKeyPair(algorithms.EdDSA));
  const buffer = Buffer.from("as it was");
  const pending = signer.sign(buffer);
  buffer.fill(0);
  const given = new TextEncoder().encode("as it was");
  assert.ok(await webSignatureVerifier.verify(signer.algorithm, signer.publicKey, given, await pending));
});

test("another failure to make keys is passed on as it is", async (t) => {
  mock.method(subtle, "generateKey", () => Promise.reject(new TypeError("broken")));
  t.after(() => mock.restoreAll());
  await assert.rejects(generateKeyPair(algorithms.ES256), TypeError);
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
