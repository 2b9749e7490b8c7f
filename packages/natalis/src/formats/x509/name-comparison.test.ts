// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8 } from "../../kernel/index.ts";
import { encodeInteger, encodeOid, encodeSequence, encodeSetOf, encodeTagLengthValue, tags } from "../der/index.ts";
import { type Name, parseName } from "./name.ts";
import { comparisonKey, isComparable, prepareName, sameName, startsWithName } from "./name-comparison.ts";
import { oids } from "./object-identifiers.ts";

type Attribute = readonly [oid: string, value: Uint8Array];

const attribute = ([oid, value]: Attribute) => encodeSequence(encodeOid(oid), value);
/** A name of these relative names. */
const name = (...relativeNames: (readonly Attribute[])[]): Name =>
  parseName(encodeSequence(...relativeNames.map((attributes) => encodeSetOf(attributes.map(attribute)))));

const string = (tag: number) => (text: string) => encodeTagLengthValue(tag, encodeUtf8(text));
const utf8 = string(tags.utf8String);
const printable = string(tags.printableString);
const ia5 = string(tags.ia5String);
const bmp = (text: string) => encodeTagLengthValue(tags.bmpString, wide(text, 2));
/** Characters of Latin-1 in so many octets each. */
const wide = (text: string, octets: number) =>
  Uint8Array.from({ length: text.length * octets }, (_, i) =>
    (i + 1) % octets === 0 ? text.charCodeAt((i + 1) / octets - 1) : 0,
  );

const { commonName: cn, organizationName: o, domainComponent: dc, emailAddress, serialNumber } = oids;

describe("the same name", () => {
  for (const [what, a, b] of [
    ["the same bytes", name([[cn, utf8("a")]]), name([[cn, utf8("a")]])],
    ["no attributes at all", name(), name()],
    ["PrintableString and UTF8String", name([[cn, printable("Root CA")]]), name([[cn, utf8("Root CA")]])],
    ["BMPString", name([[cn, bmp("Root")]]), name([[cn, utf8("root")]])],
    [
      "UniversalString",
      name([[cn, encodeTagLengthValue(tags.universalString, wide("Root", 4))]]),
      name([[cn, utf8("Root")]]),
    ],
    [
      "TeletexString",
      name([[cn, encodeTagLengthValue(tags.teletexString, Uint8Array.of(0xc9))]]),
      name([[cn, utf8("\u00e9")]]),
    ],
    ["case and spaces", name([[cn, utf8(" Root  CA")]]), name([[cn, utf8("root ca ")]])],
    ["mail addresses in either case (4.1.2.6)", name([[emailAddress, ia5("A@B")]]), name([[emailAddress, ia5("a@b")]])],
    ["domain components in either case", name([[dc, ia5("XN--Bcher-kva")]]), name([[dc, ia5("xn--bcher-kva")]])],
    [
      "attributes of one relative name, which DER sorts otherwise",
      name([
        [cn, printable("aa")],
        [cn, utf8("b")],
      ]),
      name([
        [cn, utf8("AA")],
        [cn, printable("B")],
      ]),
    ],
    ["a value of another type with the same bytes", name([[cn, encodeInteger(5)]]), name([[cn, encodeInteger(5)]])],
    ["private use with the same bytes", name([[cn, utf8("\ue000")]]), name([[cn, utf8("\ue000")]])],
  ] as const)
    test(what, () => {
      assert.ok(sameName(a, b));
      assert.ok(sameName(b, a));
      assert.equal(comparisonKey(a), comparisonKey(b));
      assert.ok(startsWithName(a, b));
    });
});

describe("not the same name", () => {
  for (const [what, a, b] of [
    ["another value", name([[cn, utf8("a")]]), name([[cn, utf8("b")]])],
    ["another attribute", name([[cn, utf8("a")]]), name([[o, utf8("a")]])],
    ["fewer relative names", name([[cn, utf8("a")]]), name([[cn, utf8("a")]], [[cn, utf8("a")]])],
    ["none and one", name(), name([[cn, utf8("a")]])],
    ["another order", name([[o, utf8("a")]], [[cn, utf8("b")]]), name([[cn, utf8("b")]], [[o, utf8("a")]])],
    [
      "two attributes and the same in two relative names",
      name([
        [o, utf8("a")],
        [cn, utf8("b")],
      ]),
      name([[o, utf8("a")]], [[cn, utf8("b")]]),
    ],
    [
      "one attribute of a relative name twice, by case",
      name([
        [cn, utf8("a")],
        [cn, utf8("A")],
      ]),
      name([
        [cn, utf8("a")],
        [cn, utf8("b")],
      ]),
    ],
    ["domain components with spaces", name([[dc, ia5("a")]]), name([[dc, ia5(" a")]])],
    ["domain components: A-label and U-label", name([[dc, ia5("xn--bcher-kva")]]), name([[dc, utf8("b\u00fccher")]])],
    [
      "NumericString, which is no DirectoryString",
      name([[cn, string(tags.numericString)("1")]]),
      name([[cn, utf8("1")]]),
    ],
    ["a value that is no string, and the text for it", name([[cn, encodeInteger(5)]]), name([[cn, utf8("#020105")]])],
    ["private use in other types", name([[cn, utf8("\ue000")]]), name([[cn, utf8("\ue000 ")]])],
    ["a value that looks like two", name([[cn, utf8("a,2.5.4.3=1:b")]]), name([[cn, utf8("a")]], [[cn, utf8("b")]])],
  ] as const)
    test(what, () => {
      assert.ok(!sameName(a, b));
      assert.ok(!sameName(b, a));
      assert.notEqual(comparisonKey(a), comparisonKey(b));
    });
});

describe("a name within the subtree of another", () => {
  const whole = name([[o, printable("Maker")]], [[cn, utf8("Line 1")]], [[serialNumber, printable("1")]]);
  for (const [what, prefix, within] of [
    ["nothing", name(), true],
    ["its first relative name", name([[o, utf8("MAKER")]]), true],
    ["its first two", name([[o, utf8("maker")]], [[cn, utf8("line 1")]]), true],
    ["itself", whole, true],
    ["its second relative name", name([[cn, utf8("Line 1")]]), false],
    ["another second one", name([[o, utf8("Maker")]], [[cn, utf8("Line 2")]]), false],
    [
      "itself and more",
      name([[o, utf8("Maker")]], [[cn, utf8("Line 1")]], [[serialNumber, printable("1")]], [[cn, utf8("x")]]),
      false,
    ],
    ["half a relative name's text", name([[o, utf8("Make")]]), false],
  ] as const)
    test(what, () => assert.equal(startsWithName(whole, prefix), within));
});

describe("whether a name can be compared", () => {
  for (const [what, subject, comparable] of [
    ["text", name([[cn, utf8("a")]]), true],
    ["no attributes", name(), true],
    ["a value that is no string: by its bytes", name([[cn, encodeInteger(5)]]), true],
    ...[tags.numericString, 0x15, 0x19, 0x1b].map(
      (tag) => [`text under tag ${tag}`, name([[o, string(tag)("1")]]), false] as const,
    ),
    ["private use", name([[o, utf8("a")]], [[cn, utf8("\ue000")]]), false],
    [
      "private use in a second attribute",
      name([
        [cn, utf8("a")],
        [o, utf8("\ue000")],
      ]),
      false,
    ],
  ] as const)
    test(what, () => {
      assert.equal(isComparable(subject), comparable);
      assert.deepEqual(prepareName(subject), { key: comparisonKey(subject), comparable });
    });
});

const anyName = fc
  .array(
    fc.array(
      fc.tuple(
        fc.constantFrom(cn, o, dc),
        fc.tuple(fc.constantFrom(utf8, printable, ia5), fc.constantFrom("a", "A", "b", " a", "a  b", "A b", "", ",")),
      ),
      { minLength: 1, maxLength: 2 },
    ),
    { maxLength: 2 },
  )
  .map((relativeNames) =>
    name(...relativeNames.map((each) => each.map(([oid, [encode, text]]): Attribute => [oid, encode(text)]))),
  );

test("property: sameName is an equivalence, and comparisonKey tells the same", () => {
  fc.assert(
    fc.property(anyName, anyName, anyName, (a, b, c) => {
      assert.ok(sameName(a, a));
      assert.equal(sameName(a, b), sameName(b, a));
      if (sameName(a, b) && sameName(b, c)) assert.ok(sameName(a, c));
      assert.equal(sameName(a, b), comparisonKey(a) === comparisonKey(b));
      assert.equal(sameName(a, b), startsWithName(a, b) && startsWithName(b, a));
    }),
    { numRuns: 2000 },
  );
});

test("property: within a subtree is what has its relative names first", () => {
  fc.assert(
    fc.property(anyName, anyName, (a, b) => {
      const first = { der: new Uint8Array(0), relativeNames: a.relativeNames.slice(0, b.relativeNames.length) };
      assert.equal(startsWithName(a, b), sameName(first, b));
    }),
    { numRuns: 2000 },
  );
});
