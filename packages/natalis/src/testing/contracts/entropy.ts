// SPDX-License-Identifier: Apache-2.0
// What every Entropy must do. Tests cannot show that bytes are unpredictable; they show what breaks when a pool of
// them is handed out wrongly: repeats, zeros, shared memory.

import { type Entropy, toHex } from "../../kernel/index.ts";
import { type ContractSuite, expectBytes, expectSame, expectThat } from "../contract.ts";

export const entropyContract: ContractSuite<Entropy> = [
  {
    name: "as many bytes as asked for, of any size",
    run(entropy) {
      for (const length of [0, 1, 16, 32, 511, 512, 513, 4096, 5000, 70_000])
        expectSame(entropy.bytes(length).length, length, "length");
    },
  },
  {
    name: "nothing is handed out twice",
    run(entropy) {
      const draws = Array.from({ length: 2000 }, () => toHex(entropy.bytes(16)));
      expectSame(new Set(draws).size, draws.length, "distinct draws");
    },
  },
  {
    name: "every byte is filled",
    run(entropy) {
      for (const length of [100, 5000, 70_000]) {
        const zeros = entropy.bytes(length).filter((octet) => octet === 0).length;
        // One in 256 is due; eight times as many happen by chance less than once in 10^7 runs at 100 bytes.
        expectThat(zeros <= 8 + length / 32, `${zeros} zeros in ${length} bytes`);
      }
    },
  },
  {
    name: "a draw is the caller's own",
    run(entropy) {
      const first = entropy.bytes(32);
      const kept = first.slice();
      entropy.bytes(32).fill(0);
      expectBytes(first, kept, "the first draw after a second one was wiped");
    },
  },
];
