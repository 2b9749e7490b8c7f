// SPDX-License-Identifier: Apache-2.0
// Signature verification by WebCrypto. Its ECDSA takes r and s joined (IEEE P1363), ours is DER as in X.509.

import { algorithmOfPublicKey, hasSmallOrderPoint, signatureToCose } from "../formats/index.ts";
import { isNatalisError, type SignatureAlgorithm, type SignatureVerifier } from "../kernel/index.ts";
import { isFailure, unsupportedOr, type WebKey, webAlgorithms } from "./web-algorithms.ts";

/**
 * The verifier of browsers and edges.
 * @throws NAT_WEBCRYPTO_UNSUPPORTED where the runtime lacks the algorithm, ML-DSA above all: never a silent false
 */
export const webSignatureVerifier: SignatureVerifier = {
  async verify(algorithm, publicKey, data, signature) {
    if (!isKeyOf(algorithm, publicKey) || hasSmallOrderPoint(algorithm, publicKey, signature)) return false;
    // Copies pin what is verified, for the caller may reuse its buffers while this waits; a Buffer's slice() is no copy.
    const [webSignature, pinned] = [joinedSignature(algorithm, signature), new Uint8Array(data)];
    const key = await importKey(algorithm, publicKey);
    if (webSignature === undefined || key === undefined) return false;
    return crypto.subtle.verify(webAlgorithms[algorithm.name].signature, key, webSignature, pinned);
  },
};

function isKeyOf(algorithm: SignatureAlgorithm, publicKey: Uint8Array): boolean {
  try {
    return algorithmOfPublicKey(publicKey).name === algorithm.name;
  } catch (error) {
    if (isNatalisError(error, "NAT_ALGORITHM_UNKNOWN")) return false;
    throw error;
  }
}

/** Undefined for a signature that is malformed. */
function joinedSignature(algorithm: SignatureAlgorithm, signature: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(signatureToCose(algorithm, signature));
  } catch (error) {
    if (isNatalisError(error, "NAT_ALGORITHM_SIGNATURE")) return undefined;
    throw error;
  }
}

/** Undefined for a key that is no point of its curve. */
async function importKey(algorithm: SignatureAlgorithm, publicKey: Uint8Array): Promise<WebKey | undefined> {
  try {
    const spki = new Uint8Array(publicKey);
    return await crypto.subtle.importKey("spki", spki, webAlgorithms[algorithm.name].key, true, ["verify"]);
  } catch (error) {
    if (isFailure(error, "DataError")) return undefined;
    throw unsupportedOr(error, algorithm);
  }
}
