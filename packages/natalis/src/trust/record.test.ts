// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { nodeHash } from "@natalis/node";
import * as cbor2 from "cbor2";
import * as fc from "fast-check";
import { leafHash } from "../formats/index.ts";
import { portableHash, toHex } from "../kernel/index.ts";
import { type DataRecord, encodeRecord, leafOfRecord, leavesOfRecords, splitLeaves } from "./record.ts";

const record: DataRecord = { time: 1_386_018_900_000_000, name: "machine", unit: "Cel", value: 20 };

const times = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, -1, -24, -25, -256, -257, -65_537),
);
const names = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9\-:./_]{0,40}$/);
const numbers = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
const values = fc.oneof(
  { weight: 3, arbitrary: numbers },
  fc.integer(),
  fc.string({ unit: "binary" }),
  fc.boolean(),
  fc.uint8Array(),
);
const records: fc.Arbitrary<DataRecord> = fc.record(
  { time: times, name: names, unit: fc.constantFrom("Cel", "%RH", "m/s2", "/"), value: values },
  { noNullPrototype: true },
);

test("the canonical record is [time, name, unit, value] with a float64 value", () => {
  assert.equal(
    toHex(encodeRecord(record)),
    ["84", "1b0004ec93ac2fbd00", "676d616368696e65", "6343656c", "fb4034000000000000"].join(""),
  );
  assert.equal(toHex(encodeRecord({ ...record, time: -1, value: true })), "8420676d616368696e656343656cf5");
});

test("cbor2 reads every record as it was written", () => {
  fc.assert(
    fc.property(records, (one) => {
      const read = cbor2.decode(encodeRecord(one), { rejectDuplicateKeys: true, rejectStreaming: true });
      const time = Number.isSafeInteger(one.time) ? one.time : BigInt(one.time);
      assert.deepEqual(read, [time, one.name, one.unit, one.value]);
    }),
  );
});

test("two records have the same leaf only where they are the same record", () => {
  fc.assert(
    fc.property(records, records, (one, other) => {
      const same = toHex(encodeRecord(one)) === toHex(encodeRecord(other));
      assert.equal(toHex(leafOfRecord(one, nodeHash)) === toHex(leafOfRecord(other, nodeHash)), same);
      assert.equal(same, isDeepStrictEqual(one, other));
    }),
  );
  // Values of different types that read alike, and fields that run into each other.
  const alike: readonly Partial<DataRecord>[] = [
    { value: 1 },
    { value: "1" },
    { value: true },
    { value: Uint8Array.of(1) },
    { name: "a", unit: "bc" },
    { name: "ab", unit: "c" },
  ];
  assert.equal(new Set(alike.map((one) => toHex(leafOfRecord({ ...record, ...one }, nodeHash)))).size, alike.length);
});

test("the longest of everything is allowed, and the leaves of many records grow as needed", () => {
  const longest = { ...record, name: "a".repeat(255), unit: "!".repeat(32) };
  for (const time of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])
    for (const value of [Number.MAX_VALUE, Number.MIN_VALUE, "a".repeat(65_535), new Uint8Array(65_535)]) {
      const one = { ...longest, time, value };
      assert.deepEqual(leafOfRecord(one, nodeHash), leafHash(encodeRecord(one), nodeHash));
    }
  const many = Array.from({ length: 200 }, (_, i) => ({ ...record, time: i }));
  const leaves = leavesOfRecords(many, nodeHash);
  assert.equal(leaves.length, 200 * 32);
  for (const [i, leaf] of splitLeaves(leaves).entries())
    assert.deepEqual(leaf, leafOfRecord(many[i] as DataRecord, nodeHash));
  assert.deepEqual(leavesOfRecords([], nodeHash), new Uint8Array(0));
});

test("a refused record in the middle does not spoil the ones after it", () => {
  const bad = { ...record, name: "b a d" };
  assert.throws(() => leavesOfRecords([record, bad, record], nodeHash), { code: "NAT_RECORD_FORM" });
  // Name and unit are remembered from one record to the next: only those that were checked may be.
  assert.throws(() => leavesOfRecords([bad, bad], nodeHash), { code: "NAT_RECORD_FORM" });
  assert.deepEqual(leavesOfRecords([record], nodeHash), leafOfRecord(record, nodeHash));
});

test("a leaf is SHA-256(0x00 || canonical record), whichever way it is computed", () => {
  fc.assert(
    fc.property(fc.array(records), (list) => {
      const expected = list.map((one) => toHex(leafHash(encodeRecord(one), portableHash)));
      assert.deepEqual(
        list.map((one) => toHex(leafOfRecord(one, nodeHash))),
        expected,
      );
      assert.deepEqual(splitLeaves(leavesOfRecords(list, nodeHash)).map(toHex), expected);
    }),
  );
});

test("a caller may reuse one record object", () => {
  const reused = { ...record };
  const changing = function* () {
    for (const name of ["a", "b"]) yield Object.assign(reused, { name });
  };
  const separate = [
    { ...record, name: "a" },
    { ...record, name: "b" },
  ];
  assert.deepEqual(leavesOfRecords(changing(), nodeHash), leavesOfRecords(separate, nodeHash));
});

const refused: readonly [title: string, changed: object][] = [
  ["NaN", { value: Number.NaN }],
  ["infinity", { value: Number.POSITIVE_INFINITY }],
  ["minus infinity", { value: Number.NEGATIVE_INFINITY }],
  ["-0", { value: -0 }],
  ["a lone surrogate", { value: "\ud800" }],
  ["too long a text", { value: "a".repeat(65_536) }],
  ["too many bytes", { value: new Uint8Array(65_536) }],
  ["a fraction of a microsecond", { time: 0.5 }],
  ["a time beyond 2^53", { time: 2 ** 53 }],
  ["a time of -0", { time: -0 }],
  ["no name", { name: "" }],
  ["a name that SenML does not allow", { name: "_a" }],
  ["a name with a blank", { name: "a b" }],
  ["too long a name", { name: "a".repeat(256) }],
  ["no unit", { unit: "" }],
  ["a unit beyond ASCII", { unit: "°C" }],
  ["too long a unit", { unit: "a".repeat(33) }],
];
for (const [title, changed] of refused)
  test(`refused in a record: ${title}`, () => {
    const bad = { ...record, ...changed };
    for (const attempt of [() => encodeRecord(bad), () => leafOfRecord(bad, nodeHash)])
      assert.throws(attempt, { name: "NatalisError", code: "NAT_RECORD_FORM" });
    assert.throws(() => leavesOfRecords([record, bad], nodeHash), { code: "NAT_RECORD_FORM" });
  });

test("refused: joined leaves of another length", () => {
  assert.throws(() => splitLeaves(new Uint8Array(33)), { code: "NAT_LEAVES_FORM" });
});
