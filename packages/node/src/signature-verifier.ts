// SPDX-License-Identifier: Apache-2.0
// Signature verification by OpenSSL: ECDSA (FIPS 186-5) in strict DER, Ed25519 (RFC 8032), ML-DSA (FIPS 204, pure,
// empty context). Synchronous: one worker a core is faster than the thread pool.

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { algorithmOfPublicKey, hasSmallOrderPoint } from "natalis/formats";
import {
  isNatalisError,
  type SignatureAlgorithm,
  type SignatureAlgorithmName,
  type SignatureVerifier,
} from "natalis/kernel";
import { KeyCache } from "./key-cache.ts";
import { nodeAlgorithms } from "./node-algorithms.ts";

/** A verifier that answers at once. */
export interface NodeSignatureVerifier extends SignatureVerifier {
  verify(algorithm: SignatureAlgorithm, publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean;
}

interface ImportedKey {
  readonly algorithm: SignatureAlgorithmName;
  readonly key: KeyObject;
}

const importedKeys = new KeyCache<ImportedKey>(512);

export const nodeSignatureVerifier: NodeSignatureVerifier = {
  verify(algorithm, publicKey, data, signature) {
    const key = keyFor(algorithm, publicKey);
    if (key === undefined || hasSmallOrderPoint(algorithm, publicKey, signature)) return false;
    try {
      return verify(nodeAlgorithms[algorithm.name].digest, data, key, signature);
    } catch (error) {
      if (isOpensslError(error)) return false;
      throw error;
    }
  },
};

/**
 * The key as OpenSSL takes it; undefined where it is not one of this algorithm. A key that comes for the first time
 * stays text: to import it and keep it would cost more than it gives, since most keys are a device's and never come
 * again.
 */
function keyFor(algorithm: SignatureAlgorithm, publicKey: Uint8Array): KeyObject | string | undefined {
  const base64 = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString("base64");
  const known = importedKeys.get(base64);
  if (known !== undefined) return known.algorithm === algorithm.name ? known.key : undefined;
  if (!isKeyOf(algorithm, publicKey)) return undefined;
  // OpenSSL reads a PEM string twice as fast as DER bytes, and does not mind one long line.
  const pem = `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----`;
  return importedKeys.comesAgain(base64) ? importKey(algorithm, base64, pem) : pem;
}

function isKeyOf(algorithm: SignatureAlgorithm, publicKey: Uint8Array): boolean {
  try {
    return algorithmOfPublicKey(publicKey).name === algorithm.name;
  } catch (error) {
    if (isNatalisError(error, "NAT_ALGORITHM_UNKNOWN")) return false;
    throw error;
  }
}

/** Undefined for a point that is not on its curve. */
function importKey(algorithm: SignatureAlgorithm, base64: string, pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    importedKeys.put(base64, { algorithm: algorithm.name, key });
    return key;
  } catch (error) {
    if (isOpensslError(error)) return undefined;
    throw error;
  }
}

/** Errors of OpenSSL carry their library's code; anything else is a mistake of ours and must be seen. */
function isOpensslError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_OSSL_");
}
