// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8, fromHex, isNatalisError, toBase64Url } from "../../kernel/index.ts";
import { type CborValue, encodeCbor, Tagged } from "../cbor/index.ts";
import { encodeOctetString, encodeUtf8String } from "../der/index.ts";
import {
  type CmwRecord,
  encodeCborCmw,
  encodeCmwExtension,
  encodeJsonCmw,
  parseCmw,
  parseCmwExtension,
  tagOfContentFormat,
} from "./index.ts";

const types = fc.oneof(
  fc.nat(65_535),
  fc.constantFrom("application/eat+cwt", "application/vnd.example.a", 'application/eat+cwt; eat_profile="tag:x"'),
);
const records: fc.Arbitrary<CmwRecord> = fc
  .record({ type: types, value: fc.uint8Array(), indicator: fc.option(fc.integer({ min: 1, max: 31 })) })
  .map(({ indicator, ...record }) => (indicator === null ? record : { ...record, indicator }));

test("a record is what it was, in either serialization and in a certificate", () => {
  fc.assert(
    fc.property(records, (record) => {
      assert.deepEqual(parseCmw(encodeCborCmw(record)), [record]);
      assert.deepEqual(parseCmw(encodeUtf8(encodeJsonCmw(record))), [record]);
      assert.deepEqual(parseCmwExtension(encodeCmwExtension(record)), [record]);
      assert.deepEqual(parseCmwExtension(encodeUtf8String(encodeJsonCmw(record))), [record]);
    }),
  );
});

const value = fromHex("2347da55");

test("records as the examples of RFC 9999 write them", () => {
  const type = "application/vnd.example.rats-conceptual-msg";
  assert.deepEqual(parseCmw(encodeUtf8(`["${type}", "I0faVQ"]`)), [{ type, value }]);
  assert.deepEqual(parseCmw(encodeUtf8(`["${type}", "I0faVQ", 3]`)), [{ type, value, indicator: 3 }]);
  assert.deepEqual(parseCmw(fromHex("82197531442347da55")), [{ type: 30_001, value }]);
  assert.equal(tagOfContentFormat(30_001), 1_668_576_935);
  assert.deepEqual(parseCmw(fromHex("da637476a7442347da55")), [{ type: 30_001, value }]);
});

test("tags are those of RFC 9277", () => {
  assert.equal(tagOfContentFormat(0), 0x63740101);
  assert.equal(tagOfContentFormat(254), 0x637401ff);
  assert.equal(tagOfContentFormat(255), 0x63740201);
  assert.equal(tagOfContentFormat(65_535), 0x63740101 + 257 * 256);
  const cbor = (tag: number) => encodeCbor(new Tagged(tag, value));
  for (const type of [0, 263, 65_024, 65_535])
    assert.deepEqual(parseCmw(cbor(tagOfContentFormat(type))), [{ type, value }]);
  for (const tag of [0x63740100, 0x63740200, tagOfContentFormat(65_536), 18, 0x64000000])
    assert.throws(() => parseCmw(cbor(tag)), { name: "NatalisError", code: "NAT_CMW_FORM" }, tag.toString(16));
});

test("collections are read whole, whatever they are nested in", () => {
  const inner = new Map<string, CborValue>([
    ["b", [30_001, value]],
    ["c", new Tagged(tagOfContentFormat(263), value)],
  ]);
  const outer = new Map<string | number, CborValue>([
    ["__cmwc_t", "tag:example,2026:x"],
    [1, ["application/a", value, 4]],
    ["inner", inner],
  ]);
  const expected = [
    { type: "application/a", value, indicator: 4 },
    { type: 30_001, value },
    { type: 263, value },
  ];
  assert.deepEqual(parseCmw(encodeCbor(outer)), expected);
  const text = toBase64Url(value);
  const json = { __cmwc_t: "x", a: ["application/a", text, 4], inner: { b: [30_001, text], c: [263, text] } };
  assert.deepEqual(parseCmw(encodeUtf8(JSON.stringify(json))), expected);
});

test("too many records, too many levels and nothing at all are refused", () => {
  const record: CborValue = [1, value];
  const collection = (count: number) => encodeCbor(new Map(Array.from({ length: count }, (_, i) => [i, record])));
  assert.equal(parseCmw(collection(16)).length, 16);
  const nested = (levels: number): CborValue => (levels === 0 ? record : new Map([[1, nested(levels - 1)]]));
  assert.equal(parseCmw(encodeCbor(nested(4))).length, 1);
  for (const bytes of [
    collection(17),
    collection(0),
    encodeCbor(nested(5)),
    new Uint8Array(0),
    new Uint8Array(131_073),
  ])
    assert.throws(() => parseCmw(bytes), { name: "NatalisError", code: "NAT_CMW_FORM" });
  const deep = encodeUtf8('{"a":'.repeat(5) + '[1,"AA"]' + "}".repeat(5));
  assert.throws(() => parseCmw(deep), { code: "NAT_CMW_FORM" });
});

test("types that no message can have are refused, written and read", () => {
  for (const type of ["", "text", "a/b/c", "application/", "/json", "application/a b", -1, 1.5, 65_536]) {
    for (const encode of [encodeCborCmw, encodeJsonCmw])
      assert.throws(() => encode({ type, value }), { name: "NatalisError", code: "NAT_CMW_TYPE" });
    assert.throws(() => parseCmw(encodeUtf8(JSON.stringify([type, "AA"]))), { code: "NAT_CMW_TYPE" });
  }
});

test("other shapes are refused", () => {
  const texts = [
    "[]",
    "{}",
    "[1]",
    '[1,"AA",0]',
    '[1,"AA",-1]',
    '[1,"AA",1.5]',
    '[1,"AA","4"]',
    '[1,"AA",4,1]',
    '[1,"A"]',
  ];
  for (const text of [...texts, '[1,"AA="]', "{", '{"a":1}', '{"a":null}'])
    assert.throws(() => parseCmw(encodeUtf8(text)), { name: "NatalisError", code: "NAT_CMW_FORM" }, text);
  const items: CborValue[] = [
    1,
    "a",
    [1],
    [1, "a"],
    [1, value, 0],
    [1, value, 4, 4],
    [1, value, -1],
    new Map([[1, 1]]),
  ];
  for (const item of items)
    assert.throws(() => parseCmw(encodeCbor(item)), { name: "NatalisError", code: "NAT_CMW_FORM" });
  assert.throws(() => parseCmw(encodeUtf8('[true,"AA"]')), { code: "NAT_CMW_TYPE" });
  assert.throws(() => parseCmwExtension(encodeOctetString(value).subarray(1)), { name: "NatalisError" });
});

test("any octets give records or an error of the catalogue", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
      try {
        parseCmw(octets);
      } catch (error) {
        assert.ok(isNatalisError(error) && error.code.startsWith("NAT_CMW_"), String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
