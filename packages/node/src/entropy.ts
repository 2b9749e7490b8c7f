// SPDX-License-Identifier: Apache-2.0
// Randomness of the operating system, drawn in blocks: a birth needs five short draws, and a block serves a hundred.

import { randomFillSync } from "node:crypto";
import type { Entropy } from "natalis/kernel";

const block = new Uint8Array(4096);
const longestDraw = block.length / 8;
let used = block.length;

export const nodeEntropy: Entropy = {
  bytes(length) {
    // What is no length must not move the place in the block, or bytes handed out before would come again as zeros.
    if (!(Number.isInteger(length) && length >= 0 && length <= longestDraw))
      return randomFillSync(new Uint8Array(length));
    if (used + length > block.length) refill();
    const drawn = block.slice(used, used + length);
    // What was handed out must not be readable here any more.
    block.fill(0, used, used + length);
    used += length;
    return drawn;
  },
};

function refill(): void {
  randomFillSync(block);
  used = 0;
}
