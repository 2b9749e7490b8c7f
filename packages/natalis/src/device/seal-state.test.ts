// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type CborValue, encodeCbor } from "../formats/index.ts";
import { isNatalisError, toHex } from "../kernel/index.ts";
import { encodeSealState, parseSealState, type SealState } from "./seal-state.ts";

const thirtyTwo = fc.uint8Array({ minLength: 32, maxLength: 32 });
const states: fc.Arbitrary<SealState> = fc.record(
  {
    epoch: fc.nat(),
    next: fc.maxSafeNat(),
    previous: thirtyTwo,
    checkpoint: fc.record({ size: fc.maxSafeNat(), root: thirtyTwo }, { noNullPrototype: true }),
    seal: fc.uint8Array({ maxLength: 100 }),
  },
  { noNullPrototype: true, requiredKeys: ["epoch", "next", "previous", "seal"] },
);

test("states round trip", () => {
  fc.assert(fc.property(states, (state) => assert.deepEqual(parseSealState(encodeSealState(state)), state)));
});

test("damaged states give a catalogue error or another state, in its one encoding", () => {
  fc.assert(
    fc.property(states, fc.nat(), fc.integer({ min: 1, max: 255 }), (state, position, change) => {
      const bytes = encodeSealState(state);
      const place = position % bytes.length;
      assert.throws(() => parseSealState(bytes.subarray(0, place)), isNatalisError);
      const damaged = bytes.map((byte, i) => (i === place ? byte ^ change : byte));
      try {
        assert.equal(toHex(encodeSealState(parseSealState(damaged))), toHex(damaged));
      } catch (error) {
        assert.ok(isNatalisError(error), String(error));
      }
    }),
  );
});

const hash = new Uint8Array(32);
const refused: readonly [title: string, items: CborValue, code: string][] = [
  ["another version", [2, 0, 1, hash, null, hash], "NAT_DEVICE_SEAL_STATE"],
  ["too few items", [1, 0, 1, hash, null], "NAT_CBOR_SHAPE"],
  ["a negative epoch", [1, -1, 1, hash, null, hash], "NAT_CBOR_SHAPE"],
  ["a short hash", [1, 0, 1, hash.subarray(1), null, hash], "NAT_CBOR_SHAPE"],
  ["half a checkpoint", [1, 0, 1, hash, [5], hash], "NAT_CBOR_SHAPE"],
  ["a checkpoint with a short root", [1, 0, 1, hash, [5, hash.subarray(1)], hash], "NAT_CBOR_SHAPE"],
  ["no seal", [1, 0, 1, hash, null, null], "NAT_CBOR_SHAPE"],
  ["no array", new Map(), "NAT_CBOR_SHAPE"],
];
for (const [title, items, code] of refused)
  test(`refused as a state: ${title}`, () =>
    assert.throws(() => parseSealState(encodeCbor(items)), { name: "NatalisError", code }));
