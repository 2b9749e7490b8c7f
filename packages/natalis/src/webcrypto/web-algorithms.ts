// SPDX-License-Identifier: Apache-2.0
// How WebCrypto spells our signature algorithms (Web Cryptography API; Secure Curves; Modern Algorithms for ML-DSA),
// and the types of its keys as both browsers and Node declare them.

import type { SignatureAlgorithm, SignatureAlgorithmName } from "../kernel/index.ts";
import { webcryptoError } from "./errors.ts";

export type WebKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** A CryptoKeyPair: store it in IndexedDB and the private half never shows its bytes. */
export interface WebKeyPair {
  readonly privateKey: WebKey;
  readonly publicKey: WebKey;
}

interface WebAlgorithm {
  /** Parameters of generateKey and importKey. */
  readonly key: { readonly name: string; readonly namedCurve?: string };
  /** Parameters of sign and verify. */
  readonly signature: { readonly name: string; readonly hash?: string };
}

const plain = (name: string): WebAlgorithm => ({ key: { name }, signature: { name } });

export const webAlgorithms: Readonly<Record<SignatureAlgorithmName, WebAlgorithm>> = {
  ES256: { key: { name: "ECDSA", namedCurve: "P-256" }, signature: { name: "ECDSA", hash: "SHA-256" } },
  ES384: { key: { name: "ECDSA", namedCurve: "P-384" }, signature: { name: "ECDSA", hash: "SHA-384" } },
  EdDSA: plain("Ed25519"),
  "ML-DSA-44": plain("ML-DSA-44"),
  "ML-DSA-65": plain("ML-DSA-65"),
  "ML-DSA-87": plain("ML-DSA-87"),
};

/** WebCrypto fails with a DOMException of this name. */
export function isFailure(error: unknown, name: "NotSupportedError" | "DataError"): boolean {
  return error instanceof Error && error.name === name;
}

/** Passes the error on, as ours where it says that the runtime lacks the algorithm. */
export function unsupportedOr(error: unknown, algorithm: SignatureAlgorithm): unknown {
  if (!isFailure(error, "NotSupportedError")) return error;
  return webcryptoError("NAT_WEBCRYPTO_UNSUPPORTED", algorithm.title, error);
}
