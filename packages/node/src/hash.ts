// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) by OpenSSL. Tree hashing asks for millions of small digests, and making a Buffer costs more
// than the digest: the latin1 ("binary") string copied byte by byte is three times as fast and stays on the JavaScript heap.

import { hash } from "node:crypto";
import type { Hash } from "natalis/kernel";

export const nodeHash: Hash = { sha256: (data) => bytesOfLatin1(hash("sha256", data, "binary")) };

/** One byte a character. */
export function bytesOfLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
