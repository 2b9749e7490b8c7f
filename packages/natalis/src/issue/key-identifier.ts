// SPDX-License-Identifier: Apache-2.0
// The key identifier (RFC 7093 section 2, method 1) of a key of the algorithm table, whose prefix is known and need
// not be parsed: the same as `keyIdentifier` of formats, at half the time.

import { algorithmOfPublicKey } from "../formats/index.ts";
import type { Hash } from "../kernel/index.ts";

const identifierLength = 20;

/** 20 bytes. @throws NAT_ALGORITHM_UNKNOWN */
export function identifierOfKey(publicKey: Uint8Array, hash: Hash): Uint8Array {
  const { publicKeyPrefix } = algorithmOfPublicKey(publicKey);
  // A copy: to have a view of a small array, V8 must first move it off its heap, at the price of the hash.
  return hash.sha256(publicKey.subarray(publicKeyPrefix.length)).slice(0, identifierLength);
}
