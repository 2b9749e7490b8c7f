// SPDX-License-Identifier: Apache-2.0
// What every Hash must do: SHA-256 (FIPS 180-4), byte for byte.

import { encodeUtf8, fromHex, type Hash, portableHash } from "../../kernel/index.ts";
import { type ContractSuite, expectBytes, expectThat } from "../contract.ts";

/** FIPS 180-4 examples: none, one and two blocks. */
const knownAnswers: readonly (readonly [message: string, digest: string])[] = [
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
];

export const hashContract: ContractSuite<Hash> = [
  {
    name: "known answers of FIPS 180-4",
    run(hash) {
      for (const [message, digest] of knownAnswers)
        expectBytes(hash.sha256(encodeUtf8(message)), fromHex(digest), message);
    },
  },
  {
    name: "every length around the block size, and a view into a larger buffer",
    run(hash) {
      const buffer = Uint8Array.from({ length: 300 }, (_, i) => (i * 167) % 256);
      for (let length = 0; length <= 200; length++) {
        const view = buffer.subarray(7, 7 + length);
        expectBytes(hash.sha256(view), portableHash.sha256(view), `${length} bytes`);
      }
    },
  },
  {
    name: "a digest is the caller's own",
    run(hash) {
      const first = hash.sha256(encodeUtf8("abc"));
      const kept = first.slice();
      hash.sha256(encodeUtf8("abd")).fill(0);
      expectBytes(first, kept, "the first digest after a second one was wiped");
      expectThat(Object.getPrototypeOf(first) === Uint8Array.prototype, "a plain Uint8Array");
    },
  },
];
