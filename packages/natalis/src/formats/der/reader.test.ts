// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { DerReader, readExactly } from "./reader.ts";
import { tags } from "./tags.ts";
import { encodeOctetString, encodeSequence, encodeTagLengthValue } from "./writer.ts";

const hex = (text: string) => fromHex(text.replaceAll(" ", ""));
const reader = (text: string) => new DerReader(hex(text));

/** What each typed read makes of good content. */
const accepted: readonly [name: string, der: string, read: (reader: DerReader) => unknown, value: unknown][] = [
  ["INTEGER 0", "02 01 00", (r) => toHex(r.integer()), "00"],
  ["INTEGER -128", "02 01 80", (r) => toHex(r.integer()), "80"],
  ["INTEGER 128", "02 02 0080", (r) => toHex(r.integer()), "0080"],
  ["INTEGER -129", "02 02 ff7f", (r) => toHex(r.integer()), "ff7f"],
  ["unsigned of nine octets", "02 09 00ffffffffffffffff", (r) => r.unsigned(9), 0xffffffffffffffffn],
  ["smallest small integer", "02 01 00", (r) => r.smallInteger(), 0],
  ["largest small integer", "02 04 7fffffff", (r) => r.smallInteger(), 0x7fffffff],
  ["ENUMERATED by its tag", "0a 01 05", (r) => r.smallInteger(tags.enumerated), 5],
  ["BOOLEAN TRUE", "01 01 ff", (r) => r.boolean(), true],
  ["BOOLEAN FALSE", "01 01 00", (r) => r.boolean(), false],
  ["BOOLEAN by an implicit tag", "81 01 ff", (r) => r.boolean(0x81), true],
  ["DEFAULT FALSE, TRUE written", "01 01 ff", (r) => r.defaultFalse(), true],
  ["OBJECT IDENTIFIER", "06 03 2a0304", (r) => r.oid(), "1.2.3.4"],
  ["OCTET STRING, empty", "04 00", (r) => toHex(r.octetString()), ""],
  ["OCTET STRING", "04 02 cafe", (r) => toHex(r.octetString()), "cafe"],
  ["BIT STRING, empty", "03 01 00", (r) => r.bitString(), { unusedBits: 0, bytes: new Uint8Array() }],
  ["BIT STRING of one bit", "03 02 07 80", (r) => r.bitString(), { unusedBits: 7, bytes: Uint8Array.of(0x80) }],
  ["BIT STRING of octets", "03 03 00 cafe", (r) => toHex(r.bitStringOctets()), "cafe"],
  ["NULL", "05 00", (r) => r.null(), undefined],
  ["UTF8String", "0c 02 c3a9", (r) => r.utf8(), "é"],
  ["PrintableString", "13 02 4142", (r) => r.printable(), "AB"],
  ["IA5String", "16 01 40", (r) => r.ia5(), "@"],
  ["IA5String by an implicit tag", "82 01 40", (r) => r.ia5(0x82), "@"],
  ["UTCTime", "17 0d 3439313233313233353935395a", (r) => r.time().toISOString(), "2049-12-31T23:59:59.000Z"],
  ["SET OF in order", "31 06 020101 020102", (r) => r.setOf().map(toHex), ["020101", "020102"]],
  ["SET OF with equal elements", "31 06 020101 020101", (r) => r.setOf().length, 2],
  ["SET OF, empty", "31 00", (r) => r.setOf(), []],
  ["values that are left", "020101 0500", (r) => r.rest().map(toHex), ["020101", "0500"]],
  ["whole encoding", "30 03 020100", (r) => toHex(r.readRaw()), "3003020100"],
  ["OPTIONAL that is there", "a0 03 020105", (r) => r.optional(0xa0)?.smallInteger(), 5],
];

/** What each typed read refuses, and how it says so. */
const refused: readonly [name: string, der: string, read: (reader: DerReader) => unknown, code: `NAT_${string}`][] = [
  ["nothing at all", "", (r) => r.read(0x04), "NAT_DER_TAG"],
  ["nothing at all, any tag", "", (r) => r.readRaw(), "NAT_DER_TAG"],
  ["another tag", "02 01 00", (r) => r.read(0x04), "NAT_DER_TAG"],
  ["end-of-contents", "00 00", (r) => r.readRaw(), "NAT_DER_TAG"],
  ["a tag number above 30", "1f 20 00", (r) => r.readRaw(), "NAT_DER_TAG"],
  ["a context tag number above 30", "bf 20 00", (r) => r.readRaw(), "NAT_DER_TAG"],
  ["constructed OCTET STRING", "24 03 040101", (r) => r.octetString(), "NAT_DER_TAG"],
  ["primitive SEQUENCE", "10 00", (r) => r.enter(), "NAT_DER_TAG"],
  ["a tag without a length", "04", (r) => r.octetString(), "NAT_DER_TRUNCATED"],
  ["content cut short", "04 02 ca", (r) => r.octetString(), "NAT_DER_TRUNCATED"],
  ["long length cut short", "04 82 01", (r) => r.octetString(), "NAT_DER_TRUNCATED"],
  ["a length of 4 GiB", "04 84 ffffffff", (r) => r.octetString(), "NAT_DER_TRUNCATED"],
  ["indefinite length", "30 80 0000", (r) => r.enter(), "NAT_DER_LENGTH"],
  ["reserved length ff", "04 ff", (r) => r.octetString(), "NAT_DER_LENGTH"],
  ["five octets of length", "04 85 0000000001 00", (r) => r.octetString(), "NAT_DER_LENGTH"],
  ["long form of a short length", "04 81 01 00", (r) => r.octetString(), "NAT_DER_LENGTH"],
  ["leading zero in the length", `04 82 0080 ${"00".repeat(128)}`, (r) => r.octetString(), "NAT_DER_LENGTH"],
  ["empty INTEGER", "02 00", (r) => r.integer(), "NAT_DER_INTEGER"],
  ["INTEGER padded with 00", "02 02 007f", (r) => r.integer(), "NAT_DER_INTEGER"],
  ["INTEGER padded with ff", "02 02 ff80", (r) => r.integer(), "NAT_DER_INTEGER"],
  ["negative as unsigned", "02 01 ff", (r) => r.unsigned(8), "NAT_DER_INTEGER"],
  ["unsigned beyond its octets", "02 02 0100", (r) => r.unsigned(1), "NAT_DER_INTEGER"],
  ["negative as small integer", "02 01 80", (r) => r.smallInteger(), "NAT_DER_INTEGER"],
  ["small integer beyond 31 bits", "02 05 0080000000", (r) => r.smallInteger(), "NAT_DER_INTEGER"],
  ["BOOLEAN 01", "01 01 01", (r) => r.boolean(), "NAT_DER_BOOLEAN"],
  ["empty BOOLEAN", "01 00", (r) => r.boolean(), "NAT_DER_BOOLEAN"],
  ["BOOLEAN of two octets", "01 02 ffff", (r) => r.boolean(), "NAT_DER_BOOLEAN"],
  ["DEFAULT FALSE written out", "01 01 00", (r) => r.defaultFalse(), "NAT_DER_DEFAULT"],
  ["NULL with content", "05 01 00", (r) => r.null(), "NAT_DER_NULL"],
  ["empty OBJECT IDENTIFIER", "06 00", (r) => r.oid(), "NAT_DER_OID"],
  ["BIT STRING without content", "03 00", (r) => r.bitString(), "NAT_DER_BIT_STRING"],
  ["eight unused bits", "03 02 08 00", (r) => r.bitString(), "NAT_DER_BIT_STRING"],
  ["unused bits of nothing", "03 01 01", (r) => r.bitString(), "NAT_DER_BIT_STRING"],
  ["unused bits that are set", "03 02 01 01", (r) => r.bitString(), "NAT_DER_BIT_STRING"],
  ["octets without the count", "03 00", (r) => r.bitStringOctets(), "NAT_DER_BIT_STRING"],
  ["bits where octets are due", "03 02 01 80", (r) => r.bitStringOctets(), "NAT_DER_BIT_STRING"],
  ["UTF8String that is none", "0c 01 ff", (r) => r.utf8(), "NAT_DER_STRING"],
  ["UTF8String, overlong", "0c 02 c080", (r) => r.utf8(), "NAT_DER_STRING"],
  ["PrintableString with @", "13 01 40", (r) => r.printable(), "NAT_DER_STRING"],
  ["IA5String above 7f", "16 01 80", (r) => r.ia5(), "NAT_DER_STRING"],
  ["time under another tag", "16 0d 3439313233313233353935395a", (r) => r.time(), "NAT_DER_TAG"],
  ["UTCTime as GeneralizedTime", "17 0d 3439313233313233353935395a", (r) => r.generalizedTime(), "NAT_DER_TAG"],
  ["SET OF in another order", "31 06 020102 020101", (r) => r.setOf(), "NAT_DER_SET_ORDER"],
  ["SET OF, longer element first", "31 07 02020100 020101", (r) => r.setOf(), "NAT_DER_SET_ORDER"],
  ["a broken element of a SET OF", "31 02 0205", (r) => r.setOf(), "NAT_DER_TRUNCATED"],
];

describe("accepted", () => {
  for (const [name, der, read, value] of accepted)
    test(name, () => {
      const from = reader(der);
      assert.deepEqual(read(from), value);
      from.end();
    });
});

describe("refused", () => {
  for (const [name, der, read, code] of refused)
    test(name, () => {
      assert.throws(
        () => read(reader(der)),
        (error) => isNatalisError(error, code),
      );
    });
});

test("OPTIONAL and DEFAULT fields that are not there leave the reader where it is", () => {
  const from = reader("04 00");
  assert.equal(from.optional(0xa0), undefined);
  assert.equal(from.defaultFalse(), false);
  assert.equal(from.peekTag(), 0x04);
  assert.equal(from.remaining, 2);
});

test("an inner reader ends with its value, also where the outer one goes on", () => {
  const from = reader("30 02 0500 02 01 07");
  const inner = from.enter();
  inner.null();
  inner.end();
  assert.equal(inner.peekTag(), undefined);
  assert.throws(
    () => inner.null(),
    (error) => isNatalisError(error, "NAT_DER_TAG"),
  );
  assert.equal(from.smallInteger(), 7);
});

test("an inner value cannot reach beyond its outer one", () => {
  assert.throws(
    () => reader("30 02 0403 010203").enter().octetString(),
    (error) => isNatalisError(error, "NAT_DER_TRUNCATED"),
  );
});

test("trailing bytes are refused, inside and outside", () => {
  const trailing = (error: unknown) => isNatalisError(error, "NAT_DER_TRAILING");
  assert.throws(() => readExactly(hex("0500 00"), (from) => from.null()), trailing);
  assert.throws(() => reader("30 02 0500").enter().end(), trailing);
});

test("input beyond the cap is refused before it is read", () => {
  const tooLong = (error: unknown) => isNatalisError(error, "NAT_DER_SIZE");
  assert.throws(() => new DerReader(new Uint8Array((1 << 20) + 1)), tooLong);
  assert.throws(() => readExactly(hex("0500"), (from) => from.null(), 1), tooLong);
  assert.doesNotThrow(() => new DerReader(new Uint8Array((1 << 20) + 1), 1 << 21));
});

test("nesting beyond 32 levels is not followed", () => {
  let der = encodeSequence();
  for (let level = 0; level < 40; level++) der = encodeSequence(der);
  assert.throws(
    () => {
      for (let inner = new DerReader(der); inner.remaining > 0; ) inner = inner.enter();
    },
    (error) => isNatalisError(error, "NAT_DER_DEPTH"),
  );
});

test("nesting of 32 levels is followed", () => {
  let der = encodeSequence();
  for (let level = 1; level < 32; level++) der = encodeSequence(der);
  let inner = new DerReader(der);
  for (let level = 0; level < 32; level++) inner = inner.enter();
  inner.end();
  const deeper = new DerReader(encodeSequence(der));
  let last = deeper;
  for (let level = 0; level < 32; level++) last = last.enter();
  assert.throws(
    () => last.enter(),
    (error) => isNatalisError(error, "NAT_DER_DEPTH"),
  );
});

test("lengths where their form changes", () => {
  for (const [length, head] of [
    [0, "0400"],
    [127, "047f"],
    [128, "048180"],
    [255, "0481ff"],
    [256, "04820100"],
    [65_535, "0482ffff"],
    [65_536, "0483010000"],
  ] as const) {
    const der = encodeTagLengthValue(0x04, new Uint8Array(length));
    assert.equal(toHex(der.subarray(0, head.length / 2)), head);
    assert.equal(new DerReader(der).octetString().length, length);
  }
});

test("the lowest negative INTEGER of one octet is negative to every reader of numbers", () => {
  const negative = (error: unknown) => isNatalisError(error, "NAT_DER_INTEGER");
  for (const der of [hex("02 01 80"), hex("02 01 ff"), hex("02 02 80 00")]) {
    assert.throws(() => new DerReader(der).unsigned(2), negative);
    assert.throws(() => new DerReader(der).smallInteger(), negative);
  }
  assert.equal(new DerReader(hex("02 01 7f")).unsigned(1), 127n);
  assert.equal(new DerReader(hex("02 02 00 80")).unsigned(2), 128n);
  assert.throws(() => new DerReader(hex("02 02 00 80")).unsigned(1), negative);
  assert.equal(new DerReader(hex("02 04 7f ff ff ff")).smallInteger(), 2 ** 31 - 1);
  assert.throws(() => new DerReader(hex("02 05 00 80 00 00 00")).smallInteger(), negative);
});

test("a BIT STRING without its first octet is refused, whatever follows it", () => {
  const refused = (error: unknown) => isNatalisError(error, "NAT_DER_BIT_STRING");
  for (const der of [hex("03 00"), hex("03 00 00"), hex("03 00 00 00")]) {
    assert.throws(() => new DerReader(der).bitStringOctets(), refused);
    assert.throws(() => new DerReader(der).bitString(), refused);
  }
  assert.equal(new DerReader(hex("03 01 00")).bitStringOctets().length, 0);
  assert.equal(new DerReader(hex("03 02 07 80")).bitString().unusedBits, 7);
  for (const der of [hex("03 02 07 40"), hex("03 02 08 00"), hex("03 01 01"), hex("03 02 01 01")])
    assert.throws(() => new DerReader(der).bitString(), refused);
});

test("what is read is a view, not a copy", () => {
  const der = encodeOctetString(Uint8Array.of(1, 2, 3));
  const content = new DerReader(der).octetString();
  assert.equal(content.buffer, der.buffer);
  assert.equal(content.byteOffset, 2);
});

test("a reader over a view within a larger array sees that view only", () => {
  const larger = hex("ffff 02 01 2a ffff");
  assert.equal(
    readExactly(larger.subarray(2, 5), (from) => from.smallInteger()),
    42,
  );
});

test("property: lengths of every form come back, and only in their shortest", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 70_000 }), (length) => {
      const der = encodeTagLengthValue(0x04, new Uint8Array(length));
      assert.equal(new DerReader(der).octetString().length, length);
      assert.equal(new DerReader(der).readRaw().length, der.length);
    }),
    { numRuns: 200 },
  );
});

test("property: any bytes give values or errors of the catalogue, and the reader never passes the end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const from = new DerReader(bytes);
      try {
        for (const value of from.rest()) assert.ok(value.length >= 2);
        from.end();
      } catch (error) {
        assert.ok(isNatalisError(error));
      }
      assert.ok(from.remaining >= 0);
    }),
  );
});
