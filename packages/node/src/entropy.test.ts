// SPDX-License-Identifier: Apache-2.0
// The contract runs in ports.test.ts; here is what only a block that serves many draws can get wrong.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeEntropy } from "./entropy.ts";

const isZero = (bytes: Uint8Array) => bytes.every((octet) => octet === 0);

test("asking for what is no length spoils none of the draws after it", () => {
  for (const odd of [-1, -16, -4096, Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 2.5, -0.5]) {
    nodeEntropy.bytes(16);
    try {
      nodeEntropy.bytes(odd);
    } catch (error) {
      assert.ok(error instanceof RangeError, String(error));
    }
    for (let draw = 0; draw < 3; draw++) {
      const bytes = nodeEntropy.bytes(16);
      assert.equal(bytes.length, 16);
      assert.ok(!isZero(bytes), `zeros after a length of ${odd}`);
    }
  }
});

test("draws of every size come from one block and from none, without a seam", () => {
  for (let length = 0; length < 600; length += 7) {
    const bytes = nodeEntropy.bytes(length);
    assert.equal(bytes.length, length);
    if (length >= 16) {
      assert.ok(!isZero(bytes.subarray(0, 16)), `start of ${length}`);
      assert.ok(!isZero(bytes.subarray(-16)), `end of ${length}`);
    }
  }
});

test("what was drawn lies in memory of its own", () => {
  const [one, two] = [nodeEntropy.bytes(32), nodeEntropy.bytes(32)];
  assert.notEqual(one.buffer, two.buffer);
  assert.equal(one.buffer.byteLength, 32);
  assert.equal(Object.getPrototypeOf(one), Uint8Array.prototype);
});
