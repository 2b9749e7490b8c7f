// SPDX-License-Identifier: Apache-2.0
// Where the encoding of a length or number changes (RFC 8949 section 3): written in the shortest head, read in no
// longer one, for every major type and on both sides of every change.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as cbor2 from "cbor2";
import { concatBytes, fromHex, toHex } from "../../kernel/index.ts";
import { asArray, asBytes, asMap, asText, type CborValue, decodeCbor, encodeCbor } from "./index.ts";

/** The argument and its shortest head under major type 0. */
const heads: readonly [argument: bigint, head: string][] = [
  [0n, "00"],
  [1n, "01"],
  [23n, "17"],
  [24n, "1818"],
  [255n, "18ff"],
  [256n, "190100"],
  [65_535n, "19ffff"],
  [65_536n, "1a00010000"],
  [2n ** 32n - 1n, "1affffffff"],
  [2n ** 32n, "1b0000000100000000"],
  [2n ** 53n - 1n, "1b001fffffffffffff"],
  [2n ** 53n, "1b0020000000000000"],
  [2n ** 63n, "1b8000000000000000"],
  [2n ** 64n - 1n, "1bffffffffffffffff"],
];

const under = (major: number, head: string) => fromHex(head).map((byte, i) => (i === 0 ? byte | (major << 5) : byte));
const safe = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

/** The same head with its argument in more bytes. */
function longerHeads(head: string): string[] {
  const argument = head.length === 2 ? head : head.slice(2);
  return [2, 4, 8, 16]
    .filter((width) => width > (head.length === 2 ? 0 : argument.length))
    .map((width) => `${{ 2: "18", 4: "19", 8: "1a", 16: "1b" }[width]}${argument.padStart(width, "0")}`);
}

test("unsigned integers", () => {
  for (const [argument, head] of heads) {
    const value = safe(argument);
    assert.equal(toHex(encodeCbor(value)), head);
    assert.equal(toHex(encodeCbor(argument)), head, "given as a bigint");
    assert.equal(decodeCbor(fromHex(head)), value);
    assert.equal(cbor2.decode(fromHex(head)), value);
  }
});

test("negative integers", () => {
  for (const [argument, head] of heads) {
    const value = safe(-1n - argument);
    const bytes = under(1, head);
    assert.deepEqual(encodeCbor(value), bytes);
    assert.equal(decodeCbor(bytes), value);
    // cbor2 gives -2^53 as a number, although 2^53 + 1 would be the same one.
    assert.equal(BigInt(cbor2.decode<number | bigint>(bytes)), -1n - argument);
  }
});

test("-0 is written as the integer that it equals", () => {
  assert.equal(toHex(encodeCbor(-0)), "00");
  assert.ok(Object.is(decodeCbor(fromHex("00")), 0));
});

const lengths = heads.filter(([argument]) => argument <= 65_536n);

test("byte strings and text of every width of length", () => {
  for (const [argument, head] of lengths) {
    const length = Number(argument);
    const bytes = new Uint8Array(length).fill(0x61);
    assert.deepEqual(encodeCbor(bytes), concatBytes(under(2, head), bytes));
    assert.equal(asBytes(decodeCbor(encodeCbor(bytes))).length, length);
    assert.deepEqual(encodeCbor("a".repeat(length)), concatBytes(under(3, head), bytes));
    assert.equal(asText(decodeCbor(encodeCbor("a".repeat(length)))).length, length);
  }
});

test("arrays and maps of every width of length", () => {
  for (const [argument, head] of lengths) {
    const length = Number(argument);
    const array = encodeCbor(new Array<CborValue>(length).fill(0));
    assert.deepEqual(array.subarray(0, head.length / 2), under(4, head));
    assert.equal(asArray(decodeCbor(array)).length, length);
    const map = encodeCbor(new Map(Array.from({ length }, (_, i) => [i, 0])));
    assert.deepEqual(map.subarray(0, head.length / 2), under(5, head));
    assert.equal(asMap(decodeCbor(map)).size, length);
  }
});

test("refused: every longer head, in every major type", () => {
  for (const [argument, head] of heads)
    for (const longer of longerHeads(head))
      for (let major = 0; major < 6; major++) {
        const bytes = concatBytes(under(major, longer), new Uint8Array(argument <= 300n ? Number(2n * argument) : 0));
        assert.throws(
          () => decodeCbor(bytes, { tags: [0] }),
          { code: "NAT_CBOR_NOT_DETERMINISTIC" },
          `${longer} in major type ${major}`,
        );
      }
});

test("refused: the same as a map key", () => {
  for (const [, head] of heads.slice(0, 11))
    for (const longer of longerHeads(head))
      for (const major of [0, 1])
        assert.throws(
          () => decodeCbor(concatBytes(fromHex("a1"), under(major, longer), fromHex("00"))),
          { code: "NAT_CBOR_NOT_DETERMINISTIC" },
          longer,
        );
});

test("map keys reach to 2^53 - 1 on both sides", () => {
  for (const [key, head] of [
    [Number.MAX_SAFE_INTEGER, "1b001fffffffffffff"],
    [Number.MIN_SAFE_INTEGER, "3b001ffffffffffffe"],
  ] as const) {
    const bytes = concatBytes(fromHex("a1"), fromHex(head), fromHex("00"));
    assert.deepEqual(encodeCbor(new Map([[key, 0]])), bytes);
    assert.deepEqual(decodeCbor(bytes), new Map([[key, 0]]));
  }
  for (const head of ["1b0020000000000000", "3b001fffffffffffff", "1bffffffffffffffff", "3bffffffffffffffff"])
    assert.throws(() => decodeCbor(concatBytes(fromHex("a1"), fromHex(head), fromHex("00"))), {
      code: "NAT_CBOR_UNSUPPORTED",
    });
});

test("refused: the reserved and the indefinite information of every major type", () => {
  for (let major = 0; major < 7; major++) {
    for (const information of [28, 29, 30])
      assert.throws(() => decodeCbor(Uint8Array.of((major << 5) | information, 0, 0)), {
        code: "NAT_CBOR_UNSUPPORTED",
      });
    assert.throws(() => decodeCbor(Uint8Array.of((major << 5) | 31, 0xff)), { code: "NAT_CBOR_NOT_DETERMINISTIC" });
  }
});

test("refused: every initial byte of major type 7 but false, true, null and binary64", () => {
  for (let initial = 0xe0; initial <= 0xff; initial++) {
    const bytes = concatBytes(Uint8Array.of(initial), new Uint8Array(8));
    if ([0xf4, 0xf5, 0xf6].includes(initial))
      assert.throws(() => decodeCbor(bytes), { code: "NAT_CBOR_TRAILING" }, String(initial));
    else if (initial === 0xfb) assert.equal(toHex(encodeCbor(decodeCbor(bytes))), toHex(bytes));
    else
      assert.throws(() => decodeCbor(bytes), {
        code: initial === 0xf9 || initial === 0xfa ? "NAT_CBOR_NOT_DETERMINISTIC" : "NAT_CBOR_UNSUPPORTED",
      });
  }
});
