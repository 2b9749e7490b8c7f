// SPDX-License-Identifier: Apache-2.0
// "Randomness" that anyone can compute: for tests that must run the same way twice, never for keys that count.

import { encodeUtf8, type Entropy, portableHash } from "../kernel/index.ts";

/** SHA-256 of seed and counter, block after block. The same seed gives the same bytes. */
export class InsecureSeededEntropy implements Entropy {
  readonly #seed: string;
  #blocks = 0;
  #rest = new Uint8Array(0);

  constructor(seed: string) {
    this.#seed = seed;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (this.#rest.length === 0) this.#rest = this.#nextBlock();
      const part = this.#rest.subarray(0, length - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return bytes;
  }

  #nextBlock(): Uint8Array<ArrayBuffer> {
    return portableHash.sha256(encodeUtf8(`insecure ${this.#seed} ${this.#blocks++}`)).slice();
  }
}
