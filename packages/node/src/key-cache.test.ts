// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { KeyCache } from "./key-cache.ts";

test("the least recently used key leaves first", () => {
  const cache = new KeyCache<number>(2);
  cache.put("a", 1);
  cache.put("b", 2);
  assert.equal(cache.get("a"), 1);
  cache.put("c", 3);
  assert.equal(cache.get("b"), undefined);
  assert.equal(cache.get("a"), 1);
  assert.equal(cache.get("c"), 3);
  assert.equal(cache.size, 2);
});

test("putting a key again replaces it and takes no second place", () => {
  const cache = new KeyCache<number>(2);
  cache.put("a", 1);
  cache.put("a", 2);
  cache.put("b", 3);
  assert.equal(cache.get("a"), 2);
  assert.equal(cache.size, 2);
});
