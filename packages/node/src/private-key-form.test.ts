// SPDX-License-Identifier: Apache-2.0
// PKCS#8 keys that OpenSSL would take, and what it must find by itself in ML-DSA keys; keys by @noble/post-quantum.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ml_dsa44, ml_dsa65, ml_dsa87 } from "@noble/post-quantum/ml-dsa.js";
import {
  algorithms,
  encodeBitString,
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSetOf,
  encodeTagged,
  publicKeyInfo,
} from "natalis/formats";
import { concatBytes, type SignatureAlgorithm } from "natalis/kernel";
import { generateKey, signerFromPkcs8 } from "./keys.ts";
import { nodeSignatureVerifier } from "./signature-verifier.ts";

const refused = { code: "NAT_KEY_IMPORT" };
const seed = new Uint8Array(32).fill(9);
const publicHalf = (key: Uint8Array) => encodeBitString(key, 0, 0x81);
const flipped = (bytes: Uint8Array, at: number) => bytes.with(at, (bytes[at] as number) ^ 1);

interface Level {
  readonly algorithm: SignatureAlgorithm;
  readonly implementation: typeof ml_dsa44;
  /** Octets of one polynomial of s1 and s2, and their numbers (FIPS 204 table 1). */
  readonly polynomial: number;
  readonly l: number;
  readonly k: number;
}

const levels: readonly Level[] = [
  { algorithm: algorithms["ML-DSA-44"], implementation: ml_dsa44, polynomial: 96, l: 4, k: 4 },
  { algorithm: algorithms["ML-DSA-65"], implementation: ml_dsa65, polynomial: 128, l: 5, k: 6 },
  { algorithm: algorithms["ML-DSA-87"], implementation: ml_dsa87, polynomial: 96, l: 7, k: 8 },
];

for (const { algorithm, implementation, polynomial, l, k } of levels)
  describe(algorithm.name, () => {
    const { secretKey: expanded, publicKey } = implementation.keygen(seed);
    const pkcs8 = (privateKey: Uint8Array, version = 0, ...more: Uint8Array[]) =>
      encodeSequence(encodeInteger(version), algorithm.signatureIdentifier, encodeOctetString(privateKey), ...more);
    const seedOnly = encodeOctetString(seed, 0x80);
    const expandedOnly = encodeOctetString(expanded);
    const both = (theSeed: Uint8Array, theExpanded: Uint8Array) =>
      encodeSequence(encodeOctetString(theSeed), encodeOctetString(theExpanded));
    const all = [seedOnly, expandedOnly, both(seed, expanded)];

    test("seed, expanded key and both are one key, alone and beside its public half", () => {
      for (const privateKey of all)
        for (const key of [pkcs8(privateKey), pkcs8(privateKey, 1, publicHalf(publicKey))]) {
          const signer = signerFromPkcs8(key);
          assert.deepEqual(signer.publicKey, publicKeyInfo(algorithm, publicKey));
          assert.ok(nodeSignatureVerifier.verify(algorithm, signer.publicKey, seed, signer.sign(seed)));
        }
    });

    // expandedKey is rho, K, tr, s1, s2, t0 (FIPS 204 algorithm 24).
    const s2 = 128 + l * polynomial;
    const t0 = s2 + k * polynomial;
    for (const [part, at] of [
      ["rho", 0],
      ["tr", 64],
      ["s1", 128],
      ["s2", s2],
      ["t0", t0],
      ["the last octet of t0", expanded.length - 1],
    ] as const)
      test(`an altered ${part} is refused, with and without the seed`, () => {
        assert.throws(() => signerFromPkcs8(pkcs8(encodeOctetString(flipped(expanded, at)))), refused);
        assert.throws(() => signerFromPkcs8(pkcs8(both(seed, flipped(expanded, at)))), refused);
      });

    test("an altered K, the secret of the signature's randomness, is refused where the seed tells", () => {
      assert.throws(() => signerFromPkcs8(pkcs8(both(seed, flipped(expanded, 32)))), refused);
    });

    test("the seed of another key is refused", () => {
      assert.throws(() => signerFromPkcs8(pkcs8(both(flipped(seed, 0), expanded))), refused);
    });

    test("the public half of another key is refused", () => {
      const other = publicHalf(flipped(publicKey, 5));
      for (const privateKey of all) assert.throws(() => signerFromPkcs8(pkcs8(privateKey, 1, other)), refused);
    });

    for (const [name, key] of [
      ["a bare seed", pkcs8(seed)],
      ["a bare expanded key", pkcs8(expanded)],
      [
        "private and public key joined, as liboqs wrote them",
        pkcs8(encodeOctetString(concatBytes(expanded, publicKey))),
      ],
      ["the same bare", pkcs8(concatBytes(expanded, publicKey))],
      ["a seed as if it were expanded", pkcs8(encodeOctetString(seed))],
      ["a seed with an explicit tag", pkcs8(encodeTagged(0, encodeOctetString(seed)))],
      ["a short seed", pkcs8(encodeOctetString(seed.subarray(1), 0x80))],
      ["a long seed", pkcs8(encodeOctetString(concatBytes(seed, seed), 0x80))],
      ["a short expanded key", pkcs8(encodeOctetString(expanded.subarray(1)))],
      ["both in the other order", pkcs8(both(expanded, seed))],
      ["both and more", pkcs8(encodeSequence(...[seed, expanded, seed].map((part) => encodeOctetString(part))))],
      ["bytes after the seed", pkcs8(concatBytes(seedOnly, Uint8Array.of(0)))],
      ["a seed with a length in long form", pkcs8(concatBytes(Uint8Array.of(0x80, 0x81, 32), seed))],
      ["nothing", pkcs8(new Uint8Array())],
      ["version 2 without a public half", pkcs8(seedOnly, 1)],
      ["version 1 with a public half", pkcs8(seedOnly, 0, publicHalf(publicKey))],
      ["version 3", pkcs8(seedOnly, 2, publicHalf(publicKey))],
      ["more than the structure has", pkcs8(seedOnly, 0, encodeNull())],
    ] as const)
      test(`refused: ${name}`, () => assert.throws(() => signerFromPkcs8(key), refused));
  });

describe("keys of other kinds", () => {
  test("attributes are passed over, in the order of a set", () => {
    const { pkcs8, signer } = generateKey(algorithms.EdDSA);
    const inside = pkcs8.subarray(2);
    const attributes = (...values: Uint8Array[]) => encodeSequence(inside, encodeTagged(0, concatBytes(...values)));
    const [low = seed, high = seed] = ["1.2.3", "1.2.4"].map((oid) =>
      encodeSequence(encodeOid(oid), encodeSetOf([encodeNull()])),
    );
    assert.deepEqual(signerFromPkcs8(attributes(low, high)).publicKey, signer.publicKey);
    assert.throws(() => signerFromPkcs8(attributes(high, low)), refused);
  });

  test("an Ed25519 key may carry its own public half and no other (RFC 8410 section 7)", () => {
    const { pkcs8, signer } = generateKey(algorithms.EdDSA);
    const raw = signer.publicKey.subarray(-32);
    const carrying = (half: Uint8Array) => encodeSequence(encodeInteger(1), pkcs8.subarray(5), publicHalf(half));
    assert.deepEqual(signerFromPkcs8(carrying(raw)).publicKey, signer.publicKey);
    const other = generateKey(algorithms.EdDSA).signer.publicKey.subarray(-32);
    for (const half of [other, raw.subarray(1), new Uint8Array()])
      assert.throws(() => signerFromPkcs8(carrying(half)), refused);
  });
});
