// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import {
  constants,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
} from "node:crypto";
import { test } from "node:test";
import { encodeUtf8, fromHex, toHex } from "natalis/kernel";
import { nodeCredentialCryptography } from "./credential-cryptography.ts";

const spki = (key: KeyObject) => new Uint8Array(key.export({ format: "der", type: "spki" }));

test("HMAC: RFC 4231, test case 2", async () => {
  const [key, data] = [encodeUtf8("Jefe"), encodeUtf8("what do ya want for nothing?")];
  const of = async (digest: "SHA-256" | "SHA-384") => toHex(await nodeCredentialCryptography.hmac(digest, key, data));
  assert.equal(await of("SHA-256"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  assert.match(await of("SHA-384"), /^af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47/);
});

test("AES in CFB mode, whole blocks fed back, from an initial vector of zeros", async () => {
  // A first block of zeros becomes AES of the initial vector, here under the key of SP 800-38A F.1.1.
  const zeros = new Uint8Array(16);
  const key = fromHex("2b7e151628aed2a6abf7158809cf4f3c");
  assert.equal(toHex(await nodeCredentialCryptography.encryptCfb(key, zeros)), "7df76b0c1ab899b33e42f047b91b546f");
  // As a stream: a message that ends within a block is as long as it was, and begins alike.
  const message = Uint8Array.from({ length: 34 }, (_, i) => i);
  const whole = await nodeCredentialCryptography.encryptCfb(new Uint8Array(32), message);
  assert.equal(whole.length, 34);
  assert.deepEqual(
    await nodeCredentialCryptography.encryptCfb(new Uint8Array(32), message.subarray(0, 20)),
    whole.subarray(0, 20),
  );
});

test("OAEP opens with the same digest and label only", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const label = encodeUtf8("IDENTITY\0");
  const message = Uint8Array.of(1, 2, 3);
  for (const [digest, oaepHash] of [
    ["SHA-256", "sha256"],
    ["SHA-384", "sha384"],
  ] as const) {
    const sealed = await nodeCredentialCryptography.encryptOaep(spki(publicKey), digest, label, message);
    const open = (oaepLabel: Uint8Array) =>
      privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash, oaepLabel }, sealed);
    assert.deepEqual(new Uint8Array(open(label)), message);
    assert.throws(() => open(encodeUtf8("IDENTITY")));
  }
});

test("both sides of an agreement know the same, each time another", async () => {
  for (const [namedCurve, octets] of [
    ["P-256", 32],
    ["P-384", 48],
  ] as const) {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
    const { ephemeral, secret } = await nodeCredentialCryptography.agree(spki(publicKey));
    const theirs = createPublicKey({ key: Buffer.from(ephemeral), format: "der", type: "spki" });
    assert.deepEqual(new Uint8Array(diffieHellman({ privateKey, publicKey: theirs })), secret);
    assert.equal(secret.length, octets);
    assert.notDeepEqual((await nodeCredentialCryptography.agree(spki(publicKey))).ephemeral, ephemeral);
  }
});
