// SPDX-License-Identifier: Apache-2.0
// A signature that was valid stays valid: whoever authenticates many devices meets the same authority certificates,
// checkpoints and lists again and again. This verifier remembers what it has seen verify, and only that.

import { concatBytes, encodeUtf8, type Hash, type SignatureVerifier, toHex } from "../kernel/index.ts";

export interface RememberingOptions {
  readonly verifier: SignatureVerifier;
  readonly hash: Hash;
  /** Signatures remembered; the ones unused for longest give way. */
  readonly limit?: number;
}

const defaultLimit = 10_000;
const separator = Uint8Array.of(0);

/**
 * The same answers as the verifier beneath gives. What is remembered is a SHA-256 over algorithm, key, signature and
 * data, each with its length, so nothing that differs in any of them is taken for it; refusals are not remembered.
 */
export function rememberingVerifier({ verifier, hash, limit = defaultLimit }: RememberingOptions): SignatureVerifier {
  const valid = new Set<string>();
  return {
    async verify(algorithm, publicKey, data, signature) {
      const lengths = encodeUtf8(`${algorithm.name} ${publicKey.length} ${signature.length}`);
      const key = toHex(hash.sha256(concatBytes(lengths, separator, publicKey, signature, data)));
      if (valid.delete(key)) {
        // The youngest again.
        valid.add(key);
        return true;
      }
      if (!(await verifier.verify(algorithm, publicKey, data, signature))) return false;
      valid.add(key);
      for (const oldest of valid) {
        if (valid.size <= limit) break;
        valid.delete(oldest);
      }
      return true;
    },
  };
}
