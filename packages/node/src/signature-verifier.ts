// SPDX-License-Identifier: Apache-2.0
// Signature verification by OpenSSL: ECDSA (FIPS 186-5) in strict DER, EdDSA (RFC 8032), RSA (RFC 8017 section 8),
// ML-DSA (FIPS 204, pure, empty context). Synchronous: one worker a core is faster than the thread pool.

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { canVerify, type KeyFacts, readKeyFacts } from "natalis/formats";
import { isNatalisError, type SignatureScheme, type SignatureVerifier } from "natalis/kernel";
import { KeyCache } from "./key-cache.ts";
import { digestName, keyUnder } from "./node-algorithms.ts";

/** A verifier that answers at once. */
export interface NodeSignatureVerifier extends SignatureVerifier {
  verify(scheme: SignatureScheme, publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean;
}

interface UsableKey {
  readonly facts: KeyFacts;
  /** Imported, or PEM. */
  readonly key: KeyObject | string;
}

const importedKeys = new KeyCache<UsableKey>(512);

export const nodeSignatureVerifier: NodeSignatureVerifier = {
  verify(scheme, publicKey, data, signature) {
    const usable = usableKey(publicKey);
    if (usable === undefined || !canVerify(scheme, usable.facts, publicKey, signature)) return false;
    try {
      return verify(digestName(scheme), data, keyUnder(scheme, usable.key), signature);
    } catch (error) {
      if (isOpensslError(error)) return false;
      throw error;
    }
  },
};

/**
 * Undefined for a key that is not one of the table. A key that comes for the first time stays text: to import it and
 * keep it would cost more than it gives, since most keys are a device's and never come again.
 */
function usableKey(publicKey: Uint8Array): UsableKey | undefined {
  const base64 = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString("base64");
  const known = importedKeys.get(base64);
  if (known !== undefined) return known;
  const facts = factsOf(publicKey);
  if (facts === undefined) return undefined;
  // OpenSSL reads a PEM string twice as fast as DER bytes, and does not mind one long line.
  const pem = `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----`;
  return importedKeys.comesAgain(base64) ? importKey(facts, base64, pem) : { facts, key: pem };
}

function factsOf(publicKey: Uint8Array): KeyFacts | undefined {
  try {
    return readKeyFacts(publicKey);
  } catch (error) {
    if (isNatalisError(error)) return undefined;
    throw error;
  }
}

/** Undefined for a point that is not on its curve. */
function importKey(facts: KeyFacts, base64: string, pem: string): UsableKey | undefined {
  try {
    const usable = { facts, key: createPublicKey(pem) };
    importedKeys.put(base64, usable);
    return usable;
  } catch (error) {
    if (isOpensslError(error)) return undefined;
    throw error;
  }
}

/** Errors of OpenSSL carry their library's code; anything else is a mistake of ours and must be seen. */
function isOpensslError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_OSSL_");
}
