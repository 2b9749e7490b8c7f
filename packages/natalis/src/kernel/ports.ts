// SPDX-License-Identifier: Apache-2.0
// What the domain needs from the world it runs in. Nothing below the programs layer reads a clock, randomness,
// a key or the environment in any other way.

import type { SignatureAlgorithm, SignatureScheme } from "./algorithm.ts";

/** A port may answer at once or later: the hot path on Node stays synchronous, WebCrypto and databases still fit. */
export type Awaitable<T> = T | Promise<T>;

/** Guarantee: the current time in UTC, as good as the machine's own clock. */
export interface Clock {
  now(): Date;
}

/** Guarantee: `length` bytes from a cryptographically secure source, never repeated. */
export interface Entropy {
  bytes(length: number): Uint8Array;
}

/** Guarantee: SHA-256 (FIPS 180-4) of the given bytes: 32 bytes, synchronously. */
export interface Hash {
  sha256(data: Uint8Array): Uint8Array;
}

/** Guarantee: HMAC-SHA-256 (RFC 2104) under one key that stays behind this port: 32 bytes. */
export interface MessageAuthenticator {
  authenticate(data: Uint8Array): Awaitable<Uint8Array>;
}

/**
 * Guarantee: `sign` answers a signature over `data` by the private key of `publicKey`, in the form that X.509
 * carries (ECDSA: DER Ecdsa-Sig-Value, RFC 3279 2.2.3; the others raw). The private key never leaves the signer.
 */
export interface Signer {
  readonly algorithm: SignatureAlgorithm;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  sign(data: Uint8Array): Awaitable<Uint8Array>;
}

/**
 * Guarantee: true exactly if `signature` (form as `Signer.sign` gives it) is valid over `data` by `scheme` under the
 * DER SubjectPublicKeyInfo `publicKey`. A key or signature that is malformed, or not for the scheme, gives false, never
 * an exception. How strong scheme and key are is not judged here.
 */
export interface SignatureVerifier {
  verify(scheme: SignatureScheme, publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): Awaitable<boolean>;
}
