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

test("a name comes again from its second time on", () => {
  const cache = new KeyCache<number>(2);
  assert.deepEqual(
    ["a", "b", "b", "a"].map((name) => cache.comesAgain(name)),
    [false, false, true, true],
  );
});

test("of names that came once no more are remembered than keys are kept", () => {
  const cache = new KeyCache<number>(2);
  for (const name of ["a", "b", "c"]) assert.equal(cache.comesAgain(name), false);
  assert.equal(cache.comesAgain("a"), false);
  assert.equal(cache.comesAgain("c"), true);
});
