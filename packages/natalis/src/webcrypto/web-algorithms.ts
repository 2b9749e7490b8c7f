// SPDX-License-Identifier: Apache-2.0
// How WebCrypto spells our signature schemes (Web Cryptography API; Secure Curves; Modern Algorithms for ML-DSA), and
// the types of its keys as both browsers and Node declare them.

import type { SignatureScheme } from "../kernel/index.ts";
import { webcryptoError } from "./errors.ts";

export type WebKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** A CryptoKeyPair: store it in IndexedDB and the private half never shows its bytes. */
export interface WebKeyPair {
  readonly privateKey: WebKey;
  readonly publicKey: WebKey;
}

/** Parameters of generateKey and importKey: an ECDSA key is bound to its curve, an RSA key to padding and digest. */
export function keyParameters({ key, digest, padding }: SignatureScheme) {
  if (isCurve(key)) return { name: "ECDSA", namedCurve: key };
  if (padding === undefined) return { name: key };
  return { name: rsaNames[padding], hash: digest as string };
}

/** Parameters of sign and verify. */
export function signatureParameters({ key, digest, padding, saltLength }: SignatureScheme) {
  if (isCurve(key)) return { name: "ECDSA", hash: digest as string };
  if (padding === undefined) return { name: key };
  return { name: rsaNames[padding], saltLength: saltLength as number };
}

const rsaNames = { "PKCS1-v1_5": "RSASSA-PKCS1-v1_5", PSS: "RSA-PSS" } as const;

function isCurve(key: string): boolean {
  return key.startsWith("P-");
}

/** WebCrypto fails with a DOMException of this name. */
export function isFailure(error: unknown, name: "NotSupportedError" | "DataError"): boolean {
  return error instanceof Error && error.name === name;
}

/** Passes the error on, as ours where it says that the runtime lacks the scheme. */
export function unsupportedOr(error: unknown, scheme: SignatureScheme): unknown {
  return isFailure(error, "NotSupportedError") ? unsupported(scheme, error) : error;
}

export function unsupported({ title }: SignatureScheme, cause: unknown): Error {
  return webcryptoError("NAT_WEBCRYPTO_UNSUPPORTED", title, cause);
}
