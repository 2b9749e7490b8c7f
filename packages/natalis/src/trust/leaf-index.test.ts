// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { LeafIndex } from "./leaf-index.ts";
import { leafLength } from "./record.ts";

/** Leaves that begin with the same word collide in every slot. */
const leafOf = (kind: number) => new Uint8Array(leafLength).fill(7).with(31, kind);
const join = (kinds: readonly number[]) => Uint8Array.from(kinds.flatMap((kind) => [...leafOf(kind)]));

test("all positions of a leaf are found, ascending, and none of another", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }), (kinds) => {
      const index = new LeafIndex(join(kinds));
      const asked = join([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      for (let kind = 0; kind <= 10; kind++)
        assert.deepEqual(
          index.positionsOf(asked, kind * leafLength),
          [...kinds.keys()].filter((position) => kinds[position] === kind),
        );
    }),
  );
});

test("leaves may lie anywhere in a larger buffer", () => {
  const buffer = new Uint8Array(3 * leafLength + 5);
  buffer.set(join([1, 2, 1]), 5);
  const index = new LeafIndex(buffer.subarray(5));
  assert.deepEqual(index.positionsOf(buffer.subarray(5), 0), [0, 2]);
});
