// SPDX-License-Identifier: Apache-2.0
// The portable hash: @noble/hashes runs everywhere and answers synchronously. Node injects a faster one. Beside it the
// digests by which standards name things; nothing is signed with these, so SHA-1 has its place here and nowhere else.

import { sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import type { Hash } from "./ports.ts";

export const portableHash: Hash = { sha256: (data) => sha256(data) };

/** A digest by the name of FIPS 180-4. */
export type DigestName = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

/** For identifiers that a standard defines as digests (OCSP's CertID and KeyHash, RFC 6960 4.1.1, 4.2.1). */
export const portableDigests: Readonly<Record<DigestName, (data: Uint8Array) => Uint8Array>> = {
  "SHA-1": (data) => sha1(data),
  "SHA-256": (data) => sha256(data),
  "SHA-384": (data) => sha384(data),
  "SHA-512": (data) => sha512(data),
};
