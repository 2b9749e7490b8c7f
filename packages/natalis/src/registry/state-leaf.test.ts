// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isNatalisError, toHex } from "../kernel/index.ts";
import type { DeviceState } from "./ports.ts";
import { encodeStateLeaf, noOwner, parseStateLeaf, type StateLeaf, stateLeafLength } from "./state-leaf.ts";

const plain = { noNullPrototype: true } as const;
const refused = (error: unknown) => isNatalisError(error, "NAT_REGISTRY_LEAF");
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const latestTime = 8.64e15;
const leaves: fc.Arbitrary<StateLeaf> = fc.record(
  {
    ordinal: fc.maxSafeNat(),
    id: bytes(16),
    keyHash: bytes(32),
    certificateHash: bytes(32),
    state: fc.constantFrom<DeviceState>("active", "suspended", "revoked", "retired"),
    since: fc.integer({ min: 0, max: latestTime }),
    owner: bytes(32),
    lastEntry: fc.maxSafeNat(),
  },
  plain,
);

test("a leaf of DESIGN 3.4 is these bytes", () => {
  const fill = (length: number, octet: number) => new Uint8Array(length).fill(octet);
  const leaf = encodeStateLeaf({
    ordinal: 0x1_0203_0405,
    id: fill(16, 1),
    keyHash: fill(32, 2),
    certificateHash: fill(32, 3),
    state: "retired",
    since: 1_700_000_000_123,
    owner: noOwner,
    lastEntry: 9,
  });
  const parts = ["4e534c31", "0000000102030405", "01".repeat(16), "02".repeat(32), "03".repeat(32), "04"];
  const rest = ["0000018bcfe5687b", "00".repeat(32), "0000000000000009"];
  assert.equal(toHex(leaf), [...parts, ...rest].join(""));
});

test("leaves come back as they went, from a view too", () => {
  fc.assert(
    fc.property(leaves, (leaf) => {
      const padded = new Uint8Array(stateLeafLength + 7);
      padded.set(encodeStateLeaf(leaf), 5);
      assert.deepEqual(parseStateLeaf(padded.subarray(5, 5 + stateLeafLength)), leaf);
    }),
  );
});

test("another length, magic or state, and numbers above 2^53, are refused", () => {
  fc.assert(
    fc.property(leaves, (leaf) => {
      const good = encodeStateLeaf(leaf);
      const set = (at: number, octet: number) => good.map((old, i) => (i === at ? octet : old));
      const bad: Uint8Array[] = [
        good.slice(1),
        Uint8Array.of(...good, 0),
        set(0, 0),
        set(92, 0),
        set(92, 5),
        set(5, 0xff),
        set(134, 0x20),
        encodeStateLeaf({ ...leaf, since: latestTime + 1 }),
      ];

      for (const bytes of bad) assert.throws(() => parseStateLeaf(bytes), refused);
    }),
  );
});

test("arbitrary bytes are refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (random) => assert.throws(() => parseStateLeaf(random), refused)),
  );
});
