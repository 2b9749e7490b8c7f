// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { isSerial, newSerial, serialLength, shardCount, shardOf } from "./serial.ts";

const octets = fc.uint8Array({ minLength: serialLength, maxLength: serialLength });

test("serial numbers have 16 octets, are positive and never need a leading zero (RFC 5280 4.1.2.2)", () => {
  fc.assert(
    fc.property(octets, (random) => {
      const serial = newSerial({ bytes: () => random.slice() });
      assert.ok(isSerial(serial));
      assert.ok((serial[0] as number) >= 0x40 && (serial[0] as number) <= 0x7f);
      assert.deepEqual(serial.subarray(1), random.subarray(1));
    }),
  );
});

test("the low byte is the shard", () => {
  fc.assert(
    fc.property(octets, (random) => {
      const serial = newSerial({ bytes: () => random.slice() });
      assert.equal(shardOf(serial), random[15]);
      assert.ok(shardOf(serial) < shardCount);
    }),
  );
});

for (const serial of [new Uint8Array(0), new Uint8Array(15).fill(0x40), new Uint8Array(17).fill(0x40)])
  test(`${serial.length} octets have no shard`, () =>
    assert.throws(() => shardOf(serial), { code: "NAT_ISSUE_SERIAL" }));

for (const first of [0x00, 0x3f, 0x80, 0xff])
  test(`a first octet ${first} is not ours`, () =>
    assert.throws(() => shardOf(new Uint8Array(16).with(0, first)), { code: "NAT_ISSUE_SERIAL" }));
