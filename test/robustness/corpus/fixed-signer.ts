// SPDX-License-Identifier: Apache-2.0
// Signers whose keys and signatures are the same in every run (RFC 6979; FIPS 204 and RFC 8032 without randomness), so
// that a seed replays a mutation byte for byte. Their keys follow from a word: never to be trusted.

import { ed25519 } from "@noble/curves/ed25519.js";
import { p256, p384 } from "@noble/curves/nist.js";
import { ml_dsa44, ml_dsa65, ml_dsa87 } from "@noble/post-quantum/ml-dsa.js";
import { algorithms, publicKeyInfo } from "natalis/formats";
import { encodeUtf8, portableHash, type SignatureAlgorithmName, type Signer } from "natalis/kernel";

interface RawKey {
  readonly publicKey: Uint8Array;
  sign(data: Uint8Array): Uint8Array;
}

const keyMakers: Readonly<Record<SignatureAlgorithmName, (seed: Uint8Array) => RawKey>> = {
  ES256: (seed) => ecdsaKey(p256, seed),
  ES384: (seed) => ecdsaKey(p384, new Uint8Array([...seed, ...seed.subarray(0, 16)])),
  EdDSA: (seed) => ({ publicKey: ed25519.getPublicKey(seed), sign: (data) => ed25519.sign(data, seed) }),
  "ML-DSA-44": (seed) => latticeKey(ml_dsa44, seed),
  "ML-DSA-65": (seed) => latticeKey(ml_dsa65, seed),
  "ML-DSA-87": (seed) => latticeKey(ml_dsa87, seed),
};

/** The same word gives the same key. */
export function fixedSigner(word: string, name: SignatureAlgorithmName = "ES256"): Signer {
  const key = keyMakers[name](portableHash.sha256(encodeUtf8(`never to be trusted: ${word}`)));
  const algorithm = algorithms[name];
  return { algorithm, publicKey: publicKeyInfo(algorithm, key.publicKey), sign: (data) => key.sign(data) };
}

function ecdsaKey(curve: typeof p256, secret: Uint8Array): RawKey {
  return {
    publicKey: curve.getPublicKey(secret, false),
    sign: (data) => curve.sign(data, secret, { format: "der", lowS: false }),
  };
}

function latticeKey(scheme: typeof ml_dsa44, seed: Uint8Array): RawKey {
  const { publicKey, secretKey } = scheme.keygen(seed);
  return { publicKey, sign: (data) => scheme.sign(data, secretKey, { extraEntropy: false }) };
}
