// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as cbor2 from "cbor2";
import * as fc from "fast-check";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import {
  asBytes,
  type CborValue,
  decodeCbor,
  decodeCborSequence,
  encodeCbor,
  Float64,
  float64,
  Tagged,
} from "./index.ts";

const hex = (value: CborValue) => toHex(encodeCbor(value));
const refusesBytes = (code: string, text: string) =>
  assert.throws(() => decodeCbor(fromHex(text)), { name: "NatalisError", code }, text);
const refusesValue = (value: unknown) =>
  assert.throws(() => encodeCbor(value as CborValue), { name: "NatalisError", code: "NAT_CBOR_VALUE" });

const scalars = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: -(2n ** 64n), max: -(2n ** 53n) }),
  fc.string({ unit: "binary" }),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(float64),
);
const keys = fc.oneof(fc.maxSafeInteger(), fc.string({ unit: "binary" }));
const values: fc.Arbitrary<CborValue> = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalars as fc.Arbitrary<CborValue>,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.array(fc.tuple(keys, tie("value")), { maxLength: 5 }).map((entries) => new Map(entries)),
  ),
})).value;

test("floats are always fb and 8 bytes, and stay apart from integers", () => {
  assert.equal(hex(float64(20)), "fb4034000000000000");
  assert.equal(hex(20), "14");
  assert.equal(hex(float64(-0)), "fb8000000000000000");
  const back = decodeCbor(fromHex("fb4034000000000000"));
  assert.ok(back instanceof Float64);
  assert.equal(back.float64, 20);
  assert.equal(decodeCbor(fromHex("14")), 20);
});

test("map keys are sorted by their encodings, not by length first or insertion", () => {
  const map = new Map<number | string, CborValue>([
    ["aa", 1],
    ["b", 2],
    [-1, 3],
    [100, 4],
    [10, 5],
  ]);
  assert.equal(hex(map), "a50a05186404200361620262616101");
});

test("values round trip, and cbor2 reads them", () => {
  fc.assert(
    fc.property(values, (value) => {
      const bytes = encodeCbor(value);
      assert.deepEqual(decodeCbor(bytes), value);
      assert.equal(toHex(encodeCbor(decodeCbor(bytes))), toHex(bytes));
      assert.doesNotThrow(() => cbor2.decode(bytes, { rejectDuplicateKeys: true, rejectStreaming: true }));
    }),
    { numRuns: 300 },
  );
});

test("integers, text, bytes, arrays and maps agree with cbor2 in its deterministic mode", () => {
  const plain = fc.oneof(fc.maxSafeInteger(), fc.string({ unit: "binary" }), fc.boolean(), fc.uint8Array());
  fc.assert(
    fc.property(fc.array(fc.tuple(keys, fc.array(plain))), (entries) => {
      const map = new Map<number | string, CborValue>(entries);
      assert.equal(hex(map), toHex(cbor2.encode(map, cbor2.cdeEncodeOptions)));
    }),
    { numRuns: 200 },
  );
});

test("bytes that decode are exactly the bytes that we would write", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => acceptsOnlyCanonical(bytes)),
    { numRuns: 3000 },
  );
});

test("altered encodings give a catalogue error or another canonical value", () => {
  fc.assert(
    fc.property(values, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(2), (value, position, change, kind) => {
      const bytes = encodeCbor(value);
      const at = position % bytes.length;
      if (kind === 0) acceptsOnlyCanonical(bytes.map((byte, i) => (i === at ? byte ^ change : byte)));
      if (kind === 1) assert.throws(() => decodeCbor(bytes.subarray(0, at)), isNatalisError);
      if (kind === 2) assert.throws(() => decodeCbor(Uint8Array.of(...bytes, change)), { code: "NAT_CBOR_TRAILING" });
    }),
    { numRuns: 1000 },
  );
});

function acceptsOnlyCanonical(bytes: Uint8Array): void {
  let value: CborValue;
  try {
    value = decodeCbor(bytes);
  } catch (error) {
    assert.ok(isNatalisError(error), String(error));
    assert.match(error.code, /^NAT_CBOR_/);
    return;
  }
  assert.equal(hex(value), toHex(bytes));
}

/** Whether an item holds a float: there our form, always binary64, is not the shortest that cbor2 asks for. */
function hasFloat(value: CborValue): boolean {
  if (value instanceof Map) return [...value.values()].some(hasFloat);
  return value instanceof Float64 || (Array.isArray(value) && value.some(hasFloat));
}

test("what we accept cbor2 accepts in its deterministic mode, as the same value", () => {
  const options = { ...cbor2.cdeDecodeOptions, preferMap: true };
  let accepted = 0;
  const damage = fc.record({ at: fc.nat(), byte: fc.nat(255), kind: fc.nat(2) });
  fc.assert(
    fc.property(values, damage, (value, { at, byte, kind }) => {
      const whole = encodeCbor(value);
      const place = at % whole.length;
      const bytes = [
        whole,
        whole.map((old, i) => (i === place ? byte : old)),
        Uint8Array.of(...whole.subarray(0, place), ...whole.subarray(place + 1)),
      ][kind] as Uint8Array;
      let ours: CborValue;
      try {
        ours = decodeCbor(bytes);
      } catch (error) {
        assert.ok(isNatalisError(error), String(error));
        return;
      }
      if (hasFloat(ours)) return;
      accepted++;
      assert.deepEqual(cbor2.decode(bytes, options), ours);
    }),
    { numRuns: 1500, seed: 7 },
  );
  assert.ok(accepted > 300, `${accepted} compared`);
});

test("the order in which a map was filled does not show", () => {
  const entries = fc.uniqueArray(fc.tuple(keys, fc.nat(9)), { selector: ([key]) => key, maxLength: 12 });
  fc.assert(
    fc.property(
      entries.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        assert.equal(hex(new Map(all)), hex(new Map(shuffled)));
      },
    ),
  );
});

test("a number and its text are two keys", () => {
  const map = new Map<number | string, CborValue>([
    [1, "number"],
    ["1", "text"],
  ]);
  assert.equal(hex(map), "a201666e756d62657261316474657874");
  assert.deepEqual(decodeCbor(encodeCbor(map)), map);
});

test("a sequence of any items is split into exactly their encodings, as views", () => {
  fc.assert(
    fc.property(fc.array(values, { maxLength: 6 }), (items) => {
      const encodings = items.map((item) => encodeCbor(item));
      const sequence = Uint8Array.from(encodings.flatMap((bytes) => [...bytes]));
      const parts = decodeCborSequence(sequence);
      assert.deepEqual(parts.map(toHex), encodings.map(toHex));
      for (const part of parts) assert.equal(part.buffer, sequence.buffer);
    }),
  );
});

test("a sequence has at most as many items as allowed", () => {
  const zeros = (count: number) => new Uint8Array(count);
  assert.equal(decodeCborSequence(zeros(3), { maximumItems: 3 }).length, 3);
  assert.throws(() => decodeCborSequence(zeros(4), { maximumItems: 3 }), { code: "NAT_CBOR_SIZE" });
  assert.equal(decodeCborSequence(zeros(65_536)).length, 65_536);
  assert.throws(() => decodeCborSequence(zeros(65_537)), { code: "NAT_CBOR_SIZE" });
});

test("arrays, maps and tags nest 16 deep, written and read, and not 17", () => {
  const layers: readonly ((inner: CborValue) => CborValue)[] = [
    (inner) => [inner],
    (inner) => new Map([[1, inner]]),
    (inner) => new Tagged(18, inner),
  ];
  for (const layer of layers) {
    const nested = (levels: number) => Array.from({ length: levels }).reduce<CborValue>((inner) => layer(inner), 0);
    const deepest = encodeCbor(nested(16));
    assert.deepEqual(decodeCbor(deepest, { tags: [18] }), nested(16));
    assert.throws(() => encodeCbor(nested(17)), { code: "NAT_CBOR_VALUE" });
    const head = deepest.subarray(0, deepest.length / 16);
    assert.throws(() => decodeCbor(Uint8Array.of(...head, ...deepest), { tags: [18] }), { code: "NAT_CBOR_DEPTH" });
  }
});

test("longer heads than needed are refused", () => {
  for (const text of ["1817", "1900ff", "1a0000ffff", "1b00000000ffffffff", "3817", "5801ff", "780161", "980100"])
    refusesBytes("NAT_CBOR_NOT_DETERMINISTIC", text);
});

test("indefinite lengths, short floats and unsorted keys are refused", () => {
  for (const text of ["5f4101ff", "7f6161ff", "9fff", "bfff", "f93c00", "fa47c35000", "a202000100", "a26161000100"])
    refusesBytes("NAT_CBOR_NOT_DETERMINISTIC", text);
});

test("duplicate keys are refused", () => {
  refusesBytes("NAT_CBOR_DUPLICATE_KEY", "a201000101");
  refusesBytes("NAT_CBOR_DUPLICATE_KEY", "a2616100616101");
});

test("tags, undefined, simple values, NaN, infinities, breaks and odd keys are refused", () => {
  const texts = ["c100", "d28440a04040", "f7", "e0", "f820", "ff", "1c", "fb7ff8000000000000", "fb7ff0000000000000"];
  for (const text of [...texts, "fbfff0000000000000", "a14000", "a18000", "a1f400", "a11b002000000000000000"])
    refusesBytes("NAT_CBOR_UNSUPPORTED", text);
});

test("tags are given where asked for, and nowhere else", () => {
  const bytes = encodeCbor(new Tagged(18, [1, new Tagged(18, float64(2))]));
  assert.equal(toHex(bytes), "d28201d2fb4000000000000000");
  assert.deepEqual(decodeCbor(bytes, { tags: [18] }), new Tagged(18, [1, new Tagged(18, float64(2))]));
  assert.throws(() => decodeCbor(bytes, { tags: [19] }), { code: "NAT_CBOR_UNSUPPORTED" });
  assert.throws(() => decodeCbor(new Uint8Array(1000).fill(0xd2), { tags: [18] }), { code: "NAT_CBOR_DEPTH" });
  assert.equal(decodeCborSequence(fromHex("d24001"), { tags: [18] }).length, 2);
});

test("where any key order is allowed, repeated keys are still refused", () => {
  const read = (text: string) => decodeCbor(fromHex(text), { anyKeyOrder: true });
  assert.deepEqual(
    read("a36161000200016161"),
    new Map<unknown, unknown>([
      ["a", 0],
      [2, 0],
      [1, "a"],
    ]),
  );
  assert.throws(() => read("a3010002000100"), { code: "NAT_CBOR_DUPLICATE_KEY" });
});

test("bad UTF-8 is refused in values and keys", () => {
  for (const text of ["61ff", "62c080", "63eda080", "a161ff00"]) refusesBytes("NAT_CBOR_UTF8", text);
});

test("a byte order mark is kept as the text it is", () => {
  assert.equal(decodeCbor(fromHex("63efbbbf")), "\ufeff");
  assert.deepEqual(decodeCbor(fromHex("a164efbbbf6100")), new Map([["\ufeffa", 0]]));
});

test("truncated items are refused, also where a head promises 2^64 of them", () => {
  for (const text of [
    "",
    "18",
    "42ff",
    "6261",
    "8201",
    "a101",
    "a1",
    "fb00",
    "9bffffffffffffffff",
    "5bffffffffffffffff",
  ])
    refusesBytes("NAT_CBOR_TRUNCATED", text);
});

test("byte strings are plain copies, not Buffers and not views", () => {
  const bytes = Buffer.from("42aabb", "hex");
  const value = asBytes(decodeCbor(bytes));
  bytes.fill(0);
  assert.deepEqual(value, Uint8Array.of(0xaa, 0xbb));
  assert.equal(Object.getPrototypeOf(value), Uint8Array.prototype);
});

test("size and depth are bounded", () => {
  const nested = (levels: number) => Uint8Array.of(...new Uint8Array(levels).fill(0x81), 0);
  decodeCbor(nested(16));
  assert.throws(() => decodeCbor(nested(17)), { code: "NAT_CBOR_DEPTH" });
  assert.throws(() => decodeCbor(new Uint8Array(1 << 20).fill(0x81)), { code: "NAT_CBOR_DEPTH" });
  assert.throws(() => decodeCbor(nested(3), { maximumDepth: 2 }), { code: "NAT_CBOR_DEPTH" });
  assert.throws(() => decodeCbor(new Uint8Array((1 << 20) + 1)), { code: "NAT_CBOR_SIZE" });
  assert.throws(() => decodeCborSequence(new Uint8Array(5), { maximumBytes: 4 }), { code: "NAT_CBOR_SIZE" });
});

test("a sequence is split into its items", () => {
  assert.deepEqual(decodeCborSequence(fromHex("0182020340")).map(toHex), ["01", "820203", "40"]);
  assert.deepEqual(decodeCborSequence(new Uint8Array(0)), []);
  assert.throws(() => decodeCborSequence(fromHex("018202")), { code: "NAT_CBOR_TRUNCATED" });
});

test("values without a deterministic encoding are refused", () => {
  const tooDeep = Array.from({ length: 17 }).reduce<unknown>((inner) => [inner], 0);
  const circular: unknown[] = [];
  circular.push(circular);
  const bad = [1.5, 2 ** 53, Number.NaN, 2n ** 64n, -(2n ** 64n) - 1n, "\ud800", undefined, {}, new Date(0), () => 0];
  for (const value of [
    ...bad,
    tooDeep,
    circular,
    new Map([[1n, 0]]),
    new Map([[1.5, 0]]),
    [undefined],
    new Map([["\udc00", 1]]),
  ])
    refusesValue(value);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    assert.throws(() => float64(value), { code: "NAT_CBOR_VALUE" });
});
