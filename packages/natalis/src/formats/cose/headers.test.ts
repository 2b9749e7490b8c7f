// SPDX-License-Identifier: Apache-2.0
// Header maps: what must be understood (RFC 9052 section 3.1), and the certificate headers at their bounds (RFC 9360).

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../../kernel/index.ts";
import { type CborKey, type CborMap, type CborValue, decodeCbor, encodeCbor } from "../cbor/index.ts";
import { encodeProtectedHeader, isEmptyProtectedHeader, parseProtectedHeader, requireUnderstood } from "./headers.ts";
import { encodeX5chain, hasLabels, headerLabels, parseX5chain, parseX5t } from "./index.ts";

const map = (...entries: [CborKey, CborValue][]): CborMap => new Map(entries);

test("labels are all there and no other, or not", () => {
  const header = map([1, -7], [16, "a"], [34, 0]);
  assert.ok(hasLabels(header, [1, 16, 34]));
  assert.ok(hasLabels(header, [34, 1, 16]));
  assert.ok(hasLabels(map(), []));
  for (const labels of [[], [1, 16], [1, 16, 33], [1, 16, 34, 33]]) assert.ok(!hasLabels(header, labels));
  assert.ok(!hasLabels(map(["1", -7]), [1]));
});

test("an empty header is the empty byte string; a0 is read as the same, and nothing else is", () => {
  assert.deepEqual(encodeProtectedHeader(map()), new Uint8Array(0));
  assert.deepEqual(encodeProtectedHeader(map([1, -7])), fromHex("a10126"));
  for (const [hex, empty] of [
    ["", true],
    ["a0", true],
    ["80", false],
    ["a000", false],
    ["a10126", false],
  ] as const)
    assert.equal(isEmptyProtectedHeader(fromHex(hex)), empty, hex);
  for (const hex of ["", "a0"]) assert.equal(parseProtectedHeader(fromHex(hex)).size, 0);
  assert.deepEqual(parseProtectedHeader(fromHex("a10126")), map([1, -7]));
});

const refusedHeaders: readonly [title: string, hex: string, code: string][] = [
  ["an array", "80", "NAT_COSE_HEADER"],
  ["a number", "01", "NAT_COSE_HEADER"],
  ["bytes after an empty map", "a000", "NAT_CBOR_TRAILING"],
  ["a label twice", "a201260127", "NAT_CBOR_DUPLICATE_KEY"],
  ["an indefinite map", "bf0126ff", "NAT_CBOR_NOT_DETERMINISTIC"],
  ["a label in bytes", "a1410126", "NAT_CBOR_UNSUPPORTED"],
  ["a tag", "d2a10126", "NAT_CBOR_UNSUPPORTED"],
];
for (const [title, hex, code] of refusedHeaders)
  test(`refused as a protected header: ${title}`, () =>
    assert.throws(() => parseProtectedHeader(fromHex(hex)), { name: "NatalisError", code }));

test("labels may stand in any order", () => {
  assert.deepEqual(parseProtectedHeader(fromHex("a21061610126")), map([16, "a"], [1, -7]));
});

test("every header that is processed may be critical, all at once or one by one", () => {
  const header = map([1, -7], [4, fromHex("01")], [16, "a"], [33, fromHex("02")], [34, []]);
  for (const label of header.keys()) requireUnderstood(new Map([...header, [2, [label]]]), map());
  requireUnderstood(new Map([...header, [2, [...header.keys()]]]), map());
});

const critical: readonly [title: string, protectedHeader: CborMap, unprotectedHeader: CborMap, code: string][] = [
  ["one unknown among known ones", map([1, -7], [2, [1, 99]], [99, 0]), map(), "NAT_COSE_CRITICAL"],
  ["a known one that is absent", map([1, -7], [2, [1, 33]]), map(), "NAT_COSE_CRITICAL"],
  ["a known one that is unprotected", map([2, [33]]), map([33, fromHex("01")]), "NAT_COSE_CRITICAL"],
  ["a label in text", map([2, ["1"]], ["1", 0]), map(), "NAT_COSE_CRITICAL"],
  ["a label in bytes", map([1, -7], [2, [fromHex("01")]]), map(), "NAT_COSE_CRITICAL"],
  ["a map of labels", map([1, -7], [2, map([1, 1])]), map(), "NAT_COSE_CRITICAL"],
  ["null", map([1, -7], [2, null]), map(), "NAT_COSE_CRITICAL"],
  ["no label", map([1, -7], [2, []]), map(), "NAT_COSE_CRITICAL"],
  ["an unprotected list", map([1, -7]), map([2, [1]]), "NAT_COSE_CRITICAL"],
  ["a list in both buckets", map([1, -7], [2, [1]]), map([2, [1]]), "NAT_COSE_HEADER"],
  ["the same label twice over", map([1, -7], [16, "a"]), map([4, fromHex("01")], [16, "a"]), "NAT_COSE_HEADER"],
  ["the same text label twice over", map(["a", 1]), map(["a", 1]), "NAT_COSE_HEADER"],
];
for (const [title, protectedHeader, unprotectedHeader, code] of critical)
  test(`refused as critical: ${title}`, () =>
    assert.throws(() => requireUnderstood(protectedHeader, unprotectedHeader), { name: "NatalisError", code }));

test("a number and its text are two labels", () => {
  requireUnderstood(map([1, -7]), map(["1", -7]));
});

const certificates = (count: number) => Array.from({ length: count }, (_, i) => Uint8Array.of(0x30, i));

test("1 to 10 certificates travel, through their bytes and back", () => {
  for (let count = 1; count <= 10; count++) {
    const value = decodeCbor(encodeCbor(encodeX5chain(certificates(count))));
    assert.equal(value instanceof Uint8Array, count === 1);
    assert.deepEqual(parseX5chain(value), certificates(count));
  }
  for (const count of [0, 11]) assert.throws(() => encodeX5chain(certificates(count)), { code: "NAT_COSE_HEADER" });
  assert.throws(() => parseX5chain(certificates(11)), { code: "NAT_COSE_HEADER" });
});

test("refused in a chain: anything that is no byte string, wherever it stands", () => {
  for (const odd of ["a", 1, null, [fromHex("30")], map([1, fromHex("30")])] as CborValue[])
    for (const at of [0, 1, 2])
      assert.throws(() => parseX5chain((certificates(3) as CborValue[]).with(at, odd)), { code: "NAT_COSE_HEADER" });
});

test("refused as x5t: text as long as a hash, a hash by name, a longer or shorter hash", () => {
  const digest = new Uint8Array(32);
  for (const bad of [
    [-16, "a".repeat(32)],
    [-16, new Array(32).fill(0)],
    ["sha-256", digest],
    [-16n, digest],
    [-44, digest],
    [-16, new Uint8Array(33)],
    [-16, new Uint8Array(20)],
    [digest, -16],
    map([-16, digest]),
  ] as CborValue[])
    assert.throws(() => parseX5t(bad), { name: "NatalisError", code: "NAT_COSE_HEADER" });
  assert.equal(parseX5t([-16, digest]), digest);
});

test("the labels are those that IANA has registered", () => {
  assert.deepEqual(headerLabels, { algorithm: 1, critical: 2, keyId: 4, type: 16, x5chain: 33, x5t: 34 });
});
