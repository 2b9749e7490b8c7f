// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createSecretKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import test from "node:test";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import * as fc from "fast-check";
import { algorithms, encodeInteger, encodeOctetString, encodeSequence, publicKeyAlgorithm } from "natalis/formats";
import { concatBytes, isNatalisError } from "natalis/kernel";
import { authenticatorFromShared, nodeAuthenticator, shareAuthenticator } from "./authenticator.ts";
import { generateKey, shareKey, signerFromPkcs8, signerFromShared } from "./keys.ts";
import { nodeSignatureVerifier } from "./signature-verifier.ts";

const refused = { code: "NAT_KEY_IMPORT" };

test("the exported key is the same key", () => {
  for (const algorithm of Object.values(algorithms)) {
    const { signer, pkcs8 } = generateKey(algorithm);
    const again = signerFromPkcs8(pkcs8);
    assert.equal(again.algorithm, algorithm);
    assert.deepEqual(again.publicKey, signer.publicKey);
  }
});

test("two keys are never the same", () => {
  const keys = Array.from({ length: 50 }, () => generateKey(algorithms.ES256).signer.publicKey.join());
  assert.equal(new Set(keys).size, 50);
});

test("a key of an algorithm that is not in the table is refused", () => {
  for (const pair of [generateKeyPairSync("ec", { namedCurve: "P-521" }), generateKeyPairSync("x25519")])
    assert.throws(() => signerFromPkcs8(pair.privateKey.export({ format: "der", type: "pkcs8" })), refused);
});

test("a private key with the public half of another key is refused", () => {
  const [one, two] = [generateKey(algorithms.ES256).pkcs8, generateKey(algorithms.ES256).pkcs8];
  const mixed = concatBytes(one.subarray(0, -64), two.subarray(-64));
  assert.throws(() => signerFromPkcs8(mixed), refused);
});

test("a scalar that OpenSSL imports and cannot sign with is refused (it threw OpenSSL's own error)", () => {
  const { ES256 } = algorithms;
  const scalar = encodeOctetString(concatBytes(Uint8Array.of(0, 0, 0xd8, 0), new Uint8Array(32).fill(0x42)));
  const key = encodeOctetString(encodeSequence(encodeInteger(1), scalar));
  assert.throws(() => signerFromPkcs8(encodeSequence(encodeInteger(0), publicKeyAlgorithm(ES256), key)), refused);
});

test("bytes after the key are refused", () => {
  const { pkcs8 } = generateKey(algorithms.EdDSA);
  assert.throws(() => signerFromPkcs8(concatBytes(pkcs8, new Uint8Array(1))), refused);
});

test("any damage is refused, or leaves a key that works", () => {
  const originals = [algorithms.ES256, algorithms.EdDSA].map((algorithm) => generateKey(algorithm).pkcs8);
  const damaged = fc.constantFrom(...originals).chain((pkcs8) =>
    fc.oneof(
      fc.nat(pkcs8.length).map((length) => pkcs8.subarray(0, length)),
      fc.tuple(fc.nat(pkcs8.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
        const bytes = pkcs8.slice();
        bytes[at] = (bytes[at] as number) ^ change;
        return bytes;
      }),
      fc.uint8Array({ maxLength: 200 }),
    ),
  );
  fc.assert(
    fc.property(damaged, (bytes) => {
      try {
        const signer = signerFromPkcs8(bytes);
        const data = new Uint8Array(5);
        assert.ok(nodeSignatureVerifier.verify(signer.algorithm, signer.publicKey, data, signer.sign(data)));
      } catch (error) {
        assert.ok(isNatalisError(error, "NAT_KEY_IMPORT"), String(error));
      }
    }),
    { numRuns: 300 },
  );
});

/** As another thread gets it. */
function sent(key: KeyObject): KeyObject {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(key);
  const arrived = receiveMessageOnPort(port2) as { message: KeyObject };
  port1.close();
  return arrived.message;
}

test("a shared key is the same key, without its bytes in the message", () => {
  for (const algorithm of Object.values(algorithms)) {
    const { signer } = generateKey(algorithm);
    const shared = signerFromShared(sent(shareKey(signer)));
    assert.deepEqual([shared.algorithm, shared.publicKey], [signer.algorithm, signer.publicKey]);
    const data = Uint8Array.of(1, 2, 3);
    assert.ok(nodeSignatureVerifier.verify(algorithm, signer.publicKey, data, shared.sign(data)));
  }
  const authenticator = nodeAuthenticator(new Uint8Array(32).fill(5));
  const shared = authenticatorFromShared(sent(shareAuthenticator(authenticator)));
  assert.deepEqual(shared.authenticate(Uint8Array.of(1)), authenticator.authenticate(Uint8Array.of(1)));
});

test("a key that is not held here, or is of another kind, is not shared", () => {
  const notShared = { code: "NAT_KEY_SHARED" };
  const { signer } = generateKey(algorithms.ES256);
  assert.throws(() => shareKey({ ...signer }), notShared);
  assert.throws(() => shareAuthenticator({ authenticate: (data) => data }), notShared);
  assert.throws(() => signerFromShared(createSecretKey(new Uint8Array(32))), notShared);
  assert.throws(() => authenticatorFromShared(shareKey(signer)), notShared);
});
