// SPDX-License-Identifier: Apache-2.0
// How node:crypto spells our algorithms and schemes; everything else about them stands in formats.

import {
  constants,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  type VerifyKeyObjectInput,
  type VerifyPublicKeyInput,
} from "node:crypto";
import type { Digest, SignatureAlgorithmName, SignatureScheme } from "natalis/kernel";

export const digestNames: Readonly<Record<Digest, string>> = {
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};

/** First argument of `sign` and `verify`: null where the scheme hashes by itself. */
export function digestName({ digest }: SignatureScheme): string | null {
  return digest === undefined ? null : digestNames[digest];
}

/**
 * The key, imported or as PEM, with what the scheme adds to node's defaults, which are PKCS#1 v1.5 for RSA and DER for
 * ECDSA. Where it adds nothing the key goes alone: an object around it costs a quarter of a P-256 verification.
 */
export function keyUnder({ padding, saltLength }: SignatureScheme, key: KeyObject | string) {
  return padding === "PSS" ? pssKey(key, saltLength) : key;
}

function pssKey(key: KeyObject | string, saltLength: number | undefined): VerifyKeyObjectInput | VerifyPublicKeyInput {
  const options = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  return typeof key === "string" ? { key, ...options } : { key, ...options };
}

export const keyGenerators: Readonly<Record<SignatureAlgorithmName, () => KeyPairKeyObjectResult>> = {
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ES384: () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  EdDSA: () => generateKeyPairSync("ed25519"),
  "ML-DSA-44": () => generateKeyPairSync("ml-dsa-44"),
  "ML-DSA-65": () => generateKeyPairSync("ml-dsa-65"),
  "ML-DSA-87": () => generateKeyPairSync("ml-dsa-87"),
};
