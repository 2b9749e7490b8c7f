// SPDX-License-Identifier: Apache-2.0
// The bytes of a seal's payload: every field by itself in the wrong type, length or range, and what is not canonical.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as cbor2 from "cbor2";
import * as fc from "fast-check";
import { asMap, type CborMap, type CborValue, decodeCbor, encodeCbor, float64 } from "../formats/index.ts";
import { concatBytes, fromHex, isNatalisError, toHex } from "../kernel/index.ts";
import { encodeSealPayload, largestBatch, parseSealPayload, parseSealSequence, type Seal } from "./seal.ts";

const bytes = (length: number, fill = 7) => new Uint8Array(length).fill(fill);
const seal: Seal = {
  deviceId: bytes(16),
  epoch: 1,
  first: 10,
  count: 5,
  earliest: -3,
  latest: 4,
  root: bytes(32),
  previous: bytes(32, 8),
  schema: "natalis-record-1",
  checkpoint: { size: 9, root: bytes(32, 9) },
};
const encoded = encodeSealPayload(seal);
const map = asMap(decodeCbor(encoded));
const withField = (field: number, value: CborValue): CborMap => new Map(map).set(field, value);

test("the payload, byte for byte", () => {
  const parts = [
    "aa",
    `0150${"07".repeat(16)}`,
    "0201",
    "030a",
    "0405",
    "0522",
    "0604",
    `075820${"07".repeat(32)}`,
    `085820${"08".repeat(32)}`,
    "09706e6174616c69732d7265636f72642d31",
    `0a82095820${"09".repeat(32)}`,
  ];
  assert.equal(toHex(encoded), parts.join(""));
  assert.deepEqual(parseSealPayload(fromHex(parts.join(""))), seal);
});

test("cbor2 reads the same statement", () => {
  const read = cbor2.decode<Map<number, unknown>>(encoded, { preferMap: true });
  assert.deepEqual([read.get(2), read.get(3), read.get(4), read.get(5), read.get(6)], [1, 10, 5, -3, 4]);
  assert.deepEqual([read.get(1), read.get(7), read.get(8)], [seal.deviceId, seal.root, seal.previous]);
  assert.deepEqual(read.get(10), [9, seal.checkpoint?.root]);
});

const misshapen: readonly [title: string, field: number, value: CborValue][] = [
  ["a device id in text", 1, "0".repeat(16)],
  ["an epoch below 0", 2, -1],
  ["an epoch of 2^53", 2, 2n ** 53n],
  ["an epoch as a float", 2, float64(1)],
  ["a sequence number below 0", 3, -1],
  ["a sequence number as bytes", 3, bytes(1)],
  ["a count below 0", 4, -1],
  ["a time as a float", 5, float64(-3)],
  ["a time of 2^53", 6, 2n ** 53n],
  ["a root in text", 7, "0".repeat(32)],
  ["a previous seal that is null", 8, null],
  ["a schema in bytes", 9, bytes(16)],
  ["a checkpoint that is a size alone", 10, 9],
  ["a checkpoint of three parts", 10, [9, bytes(32), 0]],
  ["a checkpoint in the wrong order", 10, [bytes(32), 9]],
  ["a checkpoint of a root of 33 bytes", 10, [9, bytes(33)]],
  ["a checkpoint of a size below 0", 10, [-1, bytes(32)]],
  ["a field 0", 0, 0],
  ["a field 11", 11, 0],
];
for (const [title, field, value] of misshapen)
  test(`refused in the bytes of a seal: ${title}`, () =>
    assert.throws(() => parseSealPayload(encodeCbor(withField(field, value))), { code: "NAT_CBOR_SHAPE" }));

const malformed: readonly [title: string, field: number, value: CborValue][] = [
  ["a device id of 17 bytes", 1, bytes(17)],
  ["no records", 4, 0],
  ["too many records", 4, largestBatch + 1],
  ["times in the wrong order", 5, 5],
  ["a root of no bytes", 7, bytes(0)],
  ["a previous hash of 33 bytes", 8, bytes(33)],
  ["a schema of 65 characters", 9, "a".repeat(65)],
  ["a previous seal at the start of an epoch", 3, 0],
  ["numbers that reach 2^53", 3, Number.MAX_SAFE_INTEGER - 4],
];
for (const [title, field, value] of malformed)
  test(`refused in the bytes of a seal: ${title}`, () =>
    assert.throws(() => parseSealPayload(encodeCbor(withField(field, value))), { code: "NAT_SEAL_FORM" }));

test("the largest of everything is allowed", () => {
  const largest: Seal = {
    ...seal,
    epoch: Number.MAX_SAFE_INTEGER,
    first: Number.MAX_SAFE_INTEGER - largestBatch,
    count: largestBatch,
    earliest: Number.MIN_SAFE_INTEGER,
    latest: Number.MAX_SAFE_INTEGER,
    schema: "a".repeat(64),
    checkpoint: { size: Number.MAX_SAFE_INTEGER, root: bytes(32) },
  };
  assert.deepEqual(parseSealPayload(encodeSealPayload(largest)), largest);
});

test("refused: each field missing, but for the two that may", () => {
  for (const field of map.keys()) {
    const rest = encodeCbor(new Map([...map].filter(([label]) => label !== field)));
    const code = field === 8 || field === 10 ? "NAT_SEAL_FORM" : "NAT_CBOR_SHAPE";
    assert.throws(() => parseSealPayload(rest), { code }, `field ${field}`);
  }
});

test("refused: fields in another order, a field twice, a longer number than needed, a tag", () => {
  const [first, second] = [encoded.subarray(1, 19), encoded.subarray(19, 21)];
  const swapped = concatBytes(encoded.subarray(0, 1), second, first, encoded.subarray(21));
  const doubled = concatBytes(Uint8Array.of(0xab), first, first, encoded.subarray(19));
  const longer = concatBytes(encoded.subarray(0, 19), fromHex("021801"), encoded.subarray(21));
  assert.throws(() => parseSealPayload(swapped), { code: "NAT_CBOR_NOT_DETERMINISTIC" });
  assert.throws(() => parseSealPayload(doubled), { code: "NAT_CBOR_DUPLICATE_KEY" });
  assert.throws(() => parseSealPayload(longer), { code: "NAT_CBOR_NOT_DETERMINISTIC" });
  assert.throws(() => parseSealPayload(concatBytes(fromHex("d2"), encoded)), { code: "NAT_CBOR_UNSUPPORTED" });
  assert.throws(() => parseSealPayload(concatBytes(encoded, fromHex("00"))), { code: "NAT_CBOR_TRAILING" });
  assert.throws(() => parseSealPayload(new Uint8Array(1025)), { code: "NAT_CBOR_SIZE" });
});

test("altered payloads are refused with a catalogue error, or are the one encoding of another seal", () => {
  fc.assert(
    fc.property(fc.nat(encoded.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(2), (at, change, kind) => {
      const altered = [
        encoded.map((byte, i) => (i === at ? byte ^ change : byte)),
        encoded.subarray(0, at),
        concatBytes(encoded.subarray(0, at), Uint8Array.of(change), encoded.subarray(at)),
      ][kind] as Uint8Array;
      try {
        assert.equal(toHex(encodeSealPayload(parseSealPayload(altered))), toHex(altered));
      } catch (error) {
        assert.ok(isNatalisError(error), String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test("a seals file is split at its seals, and refused where one is cut off or is no CBOR", () => {
  assert.deepEqual(parseSealSequence(new Uint8Array(0)), []);
  assert.deepEqual(parseSealSequence(concatBytes(encoded, encoded)).map(toHex), [toHex(encoded), toHex(encoded)]);
  assert.throws(() => parseSealSequence(concatBytes(encoded, encoded.subarray(0, -1))), { code: "NAT_CBOR_TRUNCATED" });
  assert.throws(() => parseSealSequence(concatBytes(encoded, fromHex("ff"))), { code: "NAT_CBOR_UNSUPPORTED" });
  assert.throws(() => parseSealSequence(bytes(20, 0x81)), { code: "NAT_CBOR_DEPTH" });
});
