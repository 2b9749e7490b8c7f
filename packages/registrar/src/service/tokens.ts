// SPDX-License-Identifier: Apache-2.0
// Bearer tokens (RFC 6750) of operators and stations: 32 random bytes behind a prefix that secret scanners can find.
// The registry keeps their SHA-256 only: a token has full entropy, so a slow hash would protect nothing more.

import { type Entropy, encodeUtf8, type Hash, toBase64Url } from "natalis/kernel";

const form = /^nat_[A-Za-z0-9_-]{43}$/;

export function newToken(entropy: Entropy): string {
  return `nat_${toBase64Url(entropy.bytes(32))}`;
}

/** What the registry looks a token up by; undefined where the text is no token of ours. */
export function tokenHash(token: string, hash: Hash): Uint8Array | undefined {
  return form.test(token) ? hash.sha256(encodeUtf8(token)) : undefined;
}
