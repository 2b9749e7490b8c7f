// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeHash } from "@natalis/node";
import { rootOfLeaves } from "../formats/index.ts";
import { toHex } from "../kernel/index.ts";
import { leafLength, splitLeaves } from "./record.ts";
import { windowCost, windowRoots } from "./window-roots.ts";

const leaves = new Uint8Array(40 * leafLength).map((_, i) => (i * 31 + (i >> 5)) & 0xff);

test("every window has the root that RFC 9162 gives its leaves, at the cost announced", () => {
  for (let count = 1; count <= 40; count++) {
    let hashes = 0;
    const counting = {
      sha256(data: Uint8Array) {
        hashes++;
        return nodeHash.sha256(data);
      },
    };
    const roots = splitLeaves(windowRoots(leaves, count, counting));
    assert.equal(roots.length, 41 - count);
    for (const [start, root] of roots.entries()) {
      const window = leaves.subarray(start * leafLength, (start + count) * leafLength);
      assert.equal(toHex(root), toHex(rootOfLeaves(splitLeaves(window), nodeHash)), `${count} leaves from ${start}`);
    }
    assert.ok(hashes <= windowCost(count) * 40, `${hashes} hashes for windows of ${count}`);
  }
});

test("fewer leaves than a window have no window", () => {
  assert.equal(windowRoots(leaves, 41, nodeHash).length, 0);
  assert.equal(windowRoots(new Uint8Array(0), 1, nodeHash).length, 0);
});
