// SPDX-License-Identifier: Apache-2.0
// Typed access to decoded items: each reader takes its own type within its bounds, refuses every other, and says what
// it found without giving away what the bytes were.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, isNatalisError } from "../../kernel/index.ts";
import {
  asArray,
  asBytes,
  asInteger,
  asMap,
  asText,
  asUnsigned,
  type CborValue,
  decodeCbor,
  encodeCbor,
  float64,
  Tagged,
} from "./index.ts";

type Item = CborValue | undefined;

/** One item of each kind, with what a refusal calls it. */
const items = {
  nothing: [undefined, "nothing"],
  null: [null, "null"],
  boolean: [true, "true"],
  integer: [7, "the integer 7"],
  negative: [-7, "the integer -7"],
  large: [2n ** 60n, `the integer ${2n ** 60n}`],
  float: [float64(7), "a float"],
  text: ["secret", "text of 6"],
  bytes: [fromHex("c0ffee"), "3 bytes"],
  array: [[1, 2], "an array of 2"],
  map: [new Map([[1, 2]]), "a map of 1"],
  tag: [new Tagged(18, "secret"), "tag 18"],
} as const satisfies Record<string, readonly [Item, string]>;

const readers: readonly [title: string, read: (item: Item) => unknown, takes: readonly (keyof typeof items)[]][] = [
  ["a map", asMap, ["map"]],
  ["an array", asArray, ["array"]],
  ["a byte string", asBytes, ["bytes"]],
  ["text", asText, ["text"]],
  ["an unsigned integer below 2^53", asUnsigned, ["integer"]],
  ["an integer within 2^53", asInteger, ["integer", "negative"]],
];

for (const [title, read, takes] of readers)
  test(`${title} is taken as it is, and nothing else for it`, () => {
    for (const [kind, [item, description]] of Object.entries(items))
      if (takes.some((taken) => taken === kind)) assert.equal(read(item), item);
      else
        assert.throws(() => read(item), {
          name: "NatalisError",
          code: "NAT_CBOR_SHAPE",
          detail: `expected ${title}, found ${description}`,
        });
  });

test("something that is no CBOR value at all is refused as such", () => {
  for (const odd of [Symbol("odd"), () => 0])
    assert.throws(() => asMap(odd as unknown as CborValue), { detail: "expected a map, found something else" });
});

test("lengths are exact for arrays and byte strings, and at most for text", () => {
  assert.deepEqual(asArray([], 0), []);
  assert.deepEqual(asArray([1, 2, 3]), [1, 2, 3]);
  assert.deepEqual(asBytes(new Uint8Array(0), 0), new Uint8Array(0));
  assert.equal(asText("", 0), "");
  assert.equal(asText("abc", 3), "abc");
  assert.equal(asText("a".repeat(1000)).length, 1000);
  const refusals: readonly [read: () => unknown, detail: string][] = [
    [() => asArray([1], 0), "expected an array of 0, found an array of 1"],
    [() => asArray([1], 2), "expected an array of 2, found an array of 1"],
    [() => asBytes(fromHex("00"), 0), "expected a byte string of 0, found 1 bytes"],
    [() => asBytes(fromHex("00"), 2), "expected a byte string of 2, found 1 bytes"],
    [() => asText("a", 0), "expected text of at most 0, found text of 1"],
    [() => asText("abcd", 3), "expected text of at most 3, found text of 4"],
  ];
  for (const [read, detail] of refusals) assert.throws(read, { code: "NAT_CBOR_SHAPE", detail });
});

test("integers reach to 2^53 - 1 on both sides, as they come from bytes", () => {
  assert.equal(asUnsigned(0), 0);
  assert.equal(asUnsigned(decodeCbor(fromHex("1b001fffffffffffff"))), Number.MAX_SAFE_INTEGER);
  assert.equal(asInteger(decodeCbor(fromHex("3b001ffffffffffffe"))), Number.MIN_SAFE_INTEGER);
  for (const beyond of ["1b0020000000000000", "1bffffffffffffffff", "3b001fffffffffffff", "3bffffffffffffffff"]) {
    const item = decodeCbor(fromHex(beyond));
    assert.equal(typeof item, "bigint");
    for (const read of [asUnsigned, asInteger]) assert.throws(() => read(item), { code: "NAT_CBOR_SHAPE" }, beyond);
  }
});

test("a map of known keys may lack some, and may have no other", () => {
  const map = new Map<number | string, CborValue>([
    [1, "a"],
    ["b", 2],
  ]);
  for (const keys of [undefined, [1, "b"], [3, "b", 1]]) assert.equal(asMap(map, keys), map);
  assert.equal(asMap(new Map(), []).size, 0);
  for (const keys of [[], [1], ["b"], ["1", "b"], [2, "b"]])
    assert.throws(() => asMap(map, keys), { code: "NAT_CBOR_SHAPE", detail: /^unknown map key (1|b)$/ });
});

test("names that objects inherit are keys like any other", () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  const map = asMap(decodeCbor(encodeCbor(new Map(names.map((name, i) => [name, i])))));
  assert.deepEqual(
    names.map((name) => map.get(name)),
    [0, 1, 2, 3],
  );
  assert.throws(
    () => asMap(map, ["a"]),
    (error) => isNatalisError(error, "NAT_CBOR_SHAPE"),
  );
  assert.equal(Object.getPrototypeOf(map), Map.prototype);
  assert.equal(({} as Record<string, unknown>)["0"], undefined);
});
