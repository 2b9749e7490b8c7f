// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { charactersOfEntry, TextCache } from "./text-cache.ts";

/** A cache whose reads are told, with room for so many texts of so many characters together. */
function told(characters: number, entries = 1) {
  const cache = new TextCache<{ readonly of: string }>(characters + entries * charactersOfEntry);
  const reads: string[] = [];
  const get = (text: string) =>
    cache.get(text, (of) => {
      reads.push(of);
      return { of };
    });
  return { get, reads };
}

test("a text is read once while it is kept, and the value is the same object", () => {
  const { get, reads } = told(100, 2);
  assert.equal(get("a"), get("a"));
  assert.equal(get("b").of, "b");
  assert.deepEqual(reads, ["a", "b"]);
});

test("what was unused for longest gives way, by characters", () => {
  const { get, reads } = told(8, 3);
  for (const text of ["aaaa", "bb", "cc", "aaaa", "dd", "aaaa", "bb"]) get(text);
  assert.deepEqual(reads, ["aaaa", "bb", "cc", "dd", "bb"]);
});

test("a text longer than all that is kept is read, and drives nothing out", () => {
  const { get, reads } = told(8);
  for (const text of ["aaaa", "x".repeat(9), "x".repeat(9), "aaaa"]) get(text);
  assert.deepEqual(reads, ["aaaa", "x".repeat(9), "x".repeat(9)]);
});

test("one that fills it alone drives everything else out", () => {
  const { get, reads } = told(8, 2);
  for (const text of ["aa", "bb", "x".repeat(8), "x".repeat(8), "aa"]) get(text);
  assert.deepEqual(reads, ["aa", "bb", "x".repeat(8), "aa"]);
});

test("texts of no length are not kept without end", () => {
  const { get, reads } = told(100, 2);
  for (const text of ["a", "b", "c", "b", "a"]) get(text);
  assert.deepEqual(reads, ["a", "b", "c", "a"]);
});

test("a failure is not kept", () => {
  const cache = new TextCache<string>(2 * charactersOfEntry);
  const fail = () => {
    throw new Error("unreadable");
  };
  assert.throws(() => cache.get("a", fail), /unreadable/);
  assert.equal(
    cache.get("a", () => "read"),
    "read",
  );
});
