// SPDX-License-Identifier: Apache-2.0
// Signature verification by WebCrypto. Its ECDSA takes r and s joined (IEEE P1363), ours is DER as in X.509; its RSA
// keys are under rsaEncryption alone, ours under id-RSASSA-PSS too.

import { canVerify, joinEcdsaIntegers, type KeyFacts, readKeyFacts, rsaEncryptionKey } from "../formats/index.ts";
import { isNatalisError, type SignatureScheme, type SignatureVerifier } from "../kernel/index.ts";
import {
  isFailure,
  keyParameters,
  signatureParameters,
  unsupported,
  unsupportedOr,
  type WebKey,
} from "./web-algorithms.ts";

/**
 * The verifier of browsers and edges.
 * @throws NAT_WEBCRYPTO_UNSUPPORTED where the runtime lacks the scheme, Ed448 and ML-DSA above all: never a silent false
 */
export const webSignatureVerifier: SignatureVerifier = {
  async verify(scheme, publicKey, data, signature) {
    const facts = undefinedIfRefused(() => readKeyFacts(publicKey));
    if (facts === undefined || !canVerify(scheme, facts, publicKey, signature)) return false;
    // Copies pin what is verified, for the caller may reuse its buffers while this waits; a Buffer's slice() is no copy.
    const [webSignature, pinned] = [signatureOf(facts, signature), new Uint8Array(data)];
    const key = await importKey(scheme, facts, publicKey);
    if (webSignature === undefined || key === undefined) return false;
    return isValid(scheme, key, webSignature, pinned);
  },
};

async function isValid(
  scheme: SignatureScheme,
  key: WebKey,
  signature: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    return await crypto.subtle.verify(signatureParameters(scheme), key, signature, data);
  } catch (error) {
    throw unsupportedOr(error, scheme);
  }
}

/** Undefined for a signature that is malformed. */
function signatureOf({ ecdsaIntegerLength }: KeyFacts, signature: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (ecdsaIntegerLength === undefined) return new Uint8Array(signature);
  const joined = undefinedIfRefused(() => joinEcdsaIntegers(signature, ecdsaIntegerLength));
  return joined && new Uint8Array(joined);
}

/** Undefined for a key that is no point of its curve. */
async function importKey(scheme: SignatureScheme, facts: KeyFacts, publicKey: Uint8Array): Promise<WebKey | undefined> {
  const spki = new Uint8Array(facts.padding === "PSS" ? rsaEncryptionKey(publicKey) : publicKey);
  try {
    return await crypto.subtle.importKey("spki", spki, keyParameters(scheme), true, ["verify"]);
  } catch (error) {
    if (!isFailure(error, "DataError")) throw unsupportedOr(error, scheme);
    // What can be wrong with an RSA key was looked at before: a runtime that still refuses it has narrower bounds.
    if (facts.kind === "RSA") throw unsupported(scheme, error);
    return undefined;
  }
}

function undefinedIfRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isNatalisError(error)) return undefined;
    throw error;
  }
}
