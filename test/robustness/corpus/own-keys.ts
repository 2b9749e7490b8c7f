// SPDX-License-Identifier: Apache-2.0
// Keys alone, the same in every run: private ones as PKCS#8 (RFC 5958), public ones as COSE_Key (RFC 9052 section 7).

import {
  algorithms,
  encodeCoseKey,
  encodeInteger,
  encodeOctetString,
  encodeSequence,
  encodeTagLengthValue,
  publicKeyAlgorithm,
} from "natalis/formats";
import type { SignatureAlgorithm, SignatureAlgorithmName } from "natalis/kernel";
import { fixedSigner } from "./fixed-signer.ts";

const secret = new Uint8Array(32).fill(0x42);

/** What PKCS#8 wraps: RFC 5915 for curves, RFC 8410 for Ed25519, the seed of RFC 9881 for ML-DSA. */
const wrapped: Readonly<Record<SignatureAlgorithmName, Uint8Array>> = {
  ES256: encodeSequence(encodeInteger(1), encodeOctetString(secret)),
  ES384: encodeSequence(encodeInteger(1), encodeOctetString(new Uint8Array(48).fill(0x42))),
  EdDSA: encodeOctetString(secret),
  "ML-DSA-44": encodeTagLengthValue(0x80, secret),
  "ML-DSA-65": encodeTagLengthValue(0x80, secret),
  "ML-DSA-87": encodeTagLengthValue(0x80, secret),
};

export function ownPrivateKeys(): Uint8Array[] {
  return Object.values(algorithms).map(pkcs8);
}

export function ownCoseKeys(): Uint8Array[] {
  return Object.values(algorithms).map(({ name }) => encodeCoseKey(fixedSigner(`device ${name}`, name).publicKey));
}

function pkcs8(algorithm: SignatureAlgorithm): Uint8Array {
  return encodeSequence(encodeInteger(0), publicKeyAlgorithm(algorithm), encodeOctetString(wrapped[algorithm.name]));
}
