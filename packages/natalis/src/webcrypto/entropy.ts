// SPDX-License-Identifier: Apache-2.0
// Randomness by WebCrypto's getRandomValues, which answers at most 65,536 bytes a call (Web Cryptography API 10.1.1).

import type { Entropy } from "../kernel/index.ts";

const mostPerCall = 65_536;

export const webEntropy: Entropy = {
  bytes(length) {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += mostPerCall) crypto.getRandomValues(bytes.subarray(at, at + mostPerCall));
    return bytes;
  },
};
