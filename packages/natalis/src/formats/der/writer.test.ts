// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { compareBytes, isNatalisError, toHex } from "../../kernel/index.ts";
import { DerReader, readExactly } from "./reader.ts";
import {
  encodeBitString,
  encodeBoolean,
  encodeGeneralizedTime,
  encodeIa5String,
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodePrintableString,
  encodeSequence,
  encodeSequenceOf,
  encodeSetOf,
  encodeTagged,
  encodeTime,
  encodeUtf8String,
} from "./writer.ts";

/** Encodings as ITU-T X.690 and "A Layman's Guide to a Subset of ASN.1, BER, and DER" give them. */
const written: readonly [name: string, der: Uint8Array, hex: string][] = [
  ["INTEGER 0", encodeInteger(0), "020100"],
  ["INTEGER 127", encodeInteger(127), "02017f"],
  ["INTEGER 128", encodeInteger(128), "02020080"],
  ["INTEGER 256", encodeInteger(256), "02020100"],
  ["INTEGER -1", encodeInteger(-1), "0201ff"],
  ["INTEGER -128", encodeInteger(-128), "020180"],
  ["INTEGER -129", encodeInteger(-129), "0202ff7f"],
  ["INTEGER of a bigint", encodeInteger(1n << 64n), "0209010000000000000000"],
  ["INTEGER of a magnitude", encodeInteger(Uint8Array.of(0, 0, 0x80)), "02020080"],
  ["INTEGER of no magnitude", encodeInteger(new Uint8Array()), "020100"],
  ["ENUMERATED", encodeInteger(5, 0x0a), "0a0105"],
  ["BOOLEAN TRUE", encodeBoolean(true), "0101ff"],
  ["BOOLEAN FALSE", encodeBoolean(false), "010100"],
  ["NULL", encodeNull(), "0500"],
  ["OBJECT IDENTIFIER", encodeOid("1.2.840.113549"), "06062a864886f70d"],
  ["OCTET STRING", encodeOctetString(Uint8Array.of(1, 0x23)), "04020123"],
  ["BIT STRING of 18 bits", encodeBitString(Uint8Array.of(0x6e, 0x5d, 0xc0), 6), "0304066e5dc0"],
  ["BIT STRING of one bit", encodeBitString(Uint8Array.of(0x80), 7), "03020780"],
  ["BIT STRING of nothing", encodeBitString(new Uint8Array()), "030100"],
  ["BIT STRING of octets", encodeBitString(Uint8Array.of(0xff)), "030200ff"],
  ["UTF8String", encodeUtf8String("é"), "0c02c3a9"],
  ["PrintableString", encodePrintableString("Test User 1"), "130b5465737420557365722031"],
  ["IA5String, implicitly tagged", encodeIa5String("a", 0x86), "860161"],
  ["SEQUENCE", encodeSequence(encodeNull(), encodeNull()), "300405000500"],
  ["SEQUENCE OF", encodeSequenceOf([encodeNull()]), "30020500"],
  ["SET OF, sorted", encodeSetOf([encodeInteger(2), encodeInteger(1)]), "3106020101020102"],
  ["[1] EXPLICIT", encodeTagged(1, encodeNull()), "a1020500"],
  ["[2] IMPLICIT", encodeTagged(2, Uint8Array.of(7), false), "820107"],
  ["UTCTime", encodeTime(new Date("2049-12-31T23:59:59Z")), "170d3439313233313233353935395a"],
  ["GeneralizedTime", encodeTime(new Date("2050-01-01T00:00:00Z")), "180f32303530303130313030303030305a"],
  [
    "GeneralizedTime of now",
    encodeGeneralizedTime(new Date("2026-01-02T03:04:05Z")),
    "180f32303236303130323033303430355a",
  ],
  [
    "GeneralizedTime of 1999",
    encodeGeneralizedTime(new Date("1999-01-02T03:04:05Z")),
    "180f31393939303130323033303430355a",
  ],
  ["the end of time", encodeTime(new Date("9999-12-31T23:59:59Z")), "180f39393939313233313233353935395a"],
];

const unwritable: readonly [name: string, write: () => unknown, code: `NAT_${string}`][] = [
  ["a fraction as INTEGER", () => encodeInteger(1.5), "NAT_DER_INTEGER"],
  ["an unsafe number as INTEGER", () => encodeInteger(2 ** 53), "NAT_DER_INTEGER"],
  ["@ as PrintableString", () => encodePrintableString("a@b"), "NAT_DER_STRING"],
  ["é as IA5String", () => encodeIa5String("é"), "NAT_DER_STRING"],
  ["a lone surrogate as UTF8String", () => encodeUtf8String("\ud800"), "NAT_DER_STRING"],
  ["unused bits that are set", () => encodeBitString(Uint8Array.of(1), 1), "NAT_DER_BIT_STRING"],
  ["unused bits of nothing", () => encodeBitString(new Uint8Array(), 1), "NAT_DER_BIT_STRING"],
  ["fewer unused bits than none", () => encodeBitString(Uint8Array.of(0), -1), "NAT_DER_BIT_STRING"],
  ["eight unused bits", () => encodeBitString(Uint8Array.of(0), 8), "NAT_DER_BIT_STRING"],
  ["text as OBJECT IDENTIFIER", () => encodeOid("one"), "NAT_DER_OID"],
  ["a fraction of a second", () => encodeTime(new Date(1)), "NAT_DER_TIME"],
  ["a time before 1950", () => encodeTime(new Date("1949-12-31T23:59:59Z")), "NAT_DER_TIME"],
  ["a time after 9999", () => encodeTime(new Date("+010000-01-01T00:00:00Z")), "NAT_DER_TIME"],
  ["no time", () => encodeTime(new Date(Number.NaN)), "NAT_DER_TIME"],
];

describe("written", () => {
  for (const [name, der, hex] of written) test(name, () => assert.equal(toHex(der), hex));
});

describe("unwritable", () => {
  for (const [name, write, code] of unwritable)
    test(name, () => assert.throws(write, (error) => isNatalisError(error, code)));
});

test("as many elements as a revocation list may have are written", () => {
  const der = encodeSequenceOf(Array.from({ length: 200_000 }, encodeNull));
  assert.equal(new DerReader(der).enter().remaining, 400_000);
});

test("property: integers come back", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 200n }), (value) => {
      assert.equal(
        readExactly(encodeInteger(value), (reader) => reader.unsigned(32)),
        value,
      );
    }),
  );
});

test("property: a magnitude is written as its number", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), (magnitude) => {
      const value = magnitude.length === 0 ? 0n : BigInt(`0x${toHex(magnitude)}`);
      assert.deepEqual(encodeInteger(magnitude), encodeInteger(value));
    }),
  );
});

test("property: negative numbers have the two's complement that they are read as", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(1n << 100n), max: -1n }), (value) => {
      const content = readExactly(encodeInteger(value), (reader) => reader.integer());
      assert.equal(BigInt.asIntN(content.length * 8, BigInt(`0x${toHex(content)}`)), value);
    }),
  );
});

test("property: every SET OF that is written reads as one", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 8 })), (values) => {
      const elements = readExactly(encodeSetOf(values.map((value) => encodeOctetString(value))), (reader) =>
        reader.setOf(),
      );
      assert.equal(elements.length, values.length);
      assert.deepEqual(elements, elements.toSorted(compareBytes));
    }),
  );
});

test("property: text comes back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.equal(
        readExactly(encodeUtf8String(text), (reader) => reader.utf8()),
        text,
      );
    }),
  );
});

test("property: whole seconds from 1950 to 9999 come back", () => {
  const [first, last] = [Date.UTC(1950, 0, 1) / 1000, Date.UTC(9999, 11, 31, 23, 59, 59) / 1000];
  fc.assert(
    fc.property(fc.integer({ min: first, max: last }), (seconds) => {
      const at = new Date(seconds * 1000);
      assert.deepEqual(
        readExactly(encodeTime(at), (reader) => reader.time()),
        at,
      );
      assert.deepEqual(
        readExactly(encodeGeneralizedTime(at), (reader) => reader.generalizedTime()),
        at,
      );
    }),
  );
});
