// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { fromHex, isNatalisError } from "../../kernel/index.ts";
import { checkString, decodeString, isStringTag } from "./strings.ts";
import { tags } from "./tags.ts";

const refused = (error: unknown) => isNatalisError(error, "NAT_DER_STRING");

const everyPrintable = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?";

describe("decoded", () => {
  for (const [name, tag, hex, text] of [
    ["UTF8String beyond the basic plane", tags.utf8String, "f09f9880", "😀"],
    ["UTF8String with a byte order mark kept", tags.utf8String, "efbbbf41", "\ufeffA"],
    ["NumericString", tags.numericString, "303120", "01 "],
    ["PrintableString", tags.printableString, "412d3f", "A-?"],
    ["TeletexString as Latin-1", tags.teletexString, "e941", "éA"],
    ["IA5String with a control character", tags.ia5String, "0a", "\n"],
    ["VisibleString", tags.visibleString, "207e", " ~"],
    ["BMPString", tags.bmpString, "00e94e2d", "é中"],
    ["UniversalString", tags.universalString, "0001f600", "😀"],
    ["UniversalString, the last character before the surrogates", tags.universalString, "0000d7ff", "\ud7ff"],
    ["UniversalString, the first one after them", tags.universalString, "0000e000", "\ue000"],
    ["UniversalString, the last of all", tags.universalString, "0010ffff", "\u{10ffff}"],
    ["an empty string", tags.bmpString, "", ""],
  ] as const)
    test(name, () => assert.equal(decodeString(tag, fromHex(hex)), text));
});

describe("refused", () => {
  for (const [name, tag, hex] of [
    ["UTF8String, a surrogate", tags.utf8String, "eda080"],
    ["UTF8String, cut short", tags.utf8String, "f09f98"],
    ["NumericString with a letter", tags.numericString, "41"],
    ["PrintableString with *", tags.printableString, "2a"],
    ["PrintableString with a high octet", tags.printableString, "e9"],
    ["IA5String with a high octet", tags.ia5String, "80"],
    ["VisibleString with a control character", tags.visibleString, "1f"],
    ["VisibleString with DEL", tags.visibleString, "7f"],
    ["BMPString of an odd length", tags.bmpString, "000041"],
    ["BMPString with a surrogate", tags.bmpString, "d83dde00"],
    ["UniversalString of three octets", tags.universalString, "000041"],
    ["UniversalString beyond Unicode", tags.universalString, "00110000"],
    ["UniversalString with a surrogate", tags.universalString, "0000d800"],
    ["UniversalString with the last surrogate", tags.universalString, "0000dfff"],
    ["a type that is no string", tags.integer, "01"],
  ] as const)
    test(name, () => {
      assert.throws(() => decodeString(tag, fromHex(hex)), refused);
      assert.throws(() => checkString(tag, fromHex(hex)), refused);
    });
});

test("PrintableString is exactly the 74 characters of X.680", () => {
  const accepted = Array.from({ length: 256 }, (_, octet) => octet).filter((octet) => {
    try {
      checkString(tags.printableString, Uint8Array.of(octet));
      return true;
    } catch (error) {
      assert.ok(refused(error));
      return false;
    }
  });
  assert.deepEqual(String.fromCharCode(...accepted), everyPrintable.split("").toSorted().join(""));
});

test("string types are told from others", () => {
  assert.equal(isStringTag(tags.bmpString), true);
  assert.equal(isStringTag(tags.octetString), false);
  assert.equal(isStringTag(0x2c), false);
});

test("property: any content under any tag is text or refused", () => {
  fc.assert(
    fc.property(fc.nat(255), fc.uint8Array({ maxLength: 12 }), (tag, content) => {
      try {
        assert.equal(decodeString(tag, content).isWellFormed(), true);
      } catch (error) {
        assert.ok(refused(error), String(error));
      }
    }),
    { numRuns: 500 },
  );
});
