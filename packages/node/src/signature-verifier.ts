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
    const imported = importKey(publicKey);
    if (imported?.algorithm !== algorithm.name || hasSmallOrderPoint(algorithm, publicKey, signature)) return false;
    return verify(nodeAlgorithms[algorithm.name].digest, data, imported.key, signature);
  },
};

/** Undefined for a key that is malformed, of no known algorithm or not a point of its curve. */
function importKey(publicKey: Uint8Array): ImportedKey | undefined {
  const base64 = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString("base64");
  const known = importedKeys.get(base64);
  if (known !== undefined) return known;
  const imported = importNewKey(publicKey, base64);
  if (imported !== undefined) importedKeys.put(base64, imported);
  return imported;
}

function importNewKey(publicKey: Uint8Array, base64: string): ImportedKey | undefined {
  try {
    const algorithm = algorithmOfPublicKey(publicKey).name;
    // OpenSSL reads a PEM string twice as fast as DER bytes, and does not mind one long line.
    return { algorithm, key: createPublicKey(`-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----`) };
  } catch (error) {
    if (isNatalisError(error, "NAT_ALGORITHM_UNKNOWN") || isOpensslError(error)) return undefined;
    throw error;
  }
}

/** Errors of OpenSSL carry their library's code; anything else is a mistake of ours and must be seen. */
function isOpensslError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_OSSL_");
}
