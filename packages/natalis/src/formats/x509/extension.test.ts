// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concatBytes, fromHex, isNatalisError } from "../../kernel/index.ts";
import { readExactly } from "../der/index.ts";
import { encodeExtensions, type Extension, findExtension, readExtensions } from "./extension.ts";

const parse = (hex: string) => readExactly(fromHex(hex.replaceAll(" ", "")), readExtensions);
const one: Extension = { oid: "2.5.29.15", critical: true, value: fromHex("03020780") };
const two: Extension = { oid: "2.5.29.19", critical: false, value: fromHex("3000") };

test("extensions come back in their order, and critical FALSE is not written", () => {
  const der = encodeExtensions([one, two]);
  assert.deepEqual(der, fromHex("301b300e0603551d0f0101ff04040302078030090603551d1304023000"));
  assert.deepEqual(readExactly(der, readExtensions), [one, two]);
});

test("an extension is found by its OID", () => {
  assert.equal(findExtension({ extensions: [one, two] }, two.oid), two);
  assert.equal(findExtension({ extensions: [one, two] }, "2.5.29.16"), undefined);
});

test("an empty value is left to the extension's own codec", () => {
  assert.equal(parse("30 09 3007 0603551d0e 0400")[0]?.value.length, 0);
});

describe("refused", () => {
  for (const [what, hex, code] of [
    ["an empty list", "3000", "NAT_X509_EXTENSIONS"],
    ["the same twice", "30 12 3007 0603551d0e 0400 3007 0603551d0e 0400", "NAT_X509_EXTENSIONS"],
    ["critical 01", "30 0c 300a 0603551d0e 010101 0400", "NAT_DER_BOOLEAN"],
    ["critical twice", "30 0f 300d 0603551d0e 0101ff 0101ff 0400", "NAT_DER_TAG"],
    ["no value", "30 07 3005 0603551d0e", "NAT_DER_TAG"],
    ["a value that is no OCTET STRING", "30 09 3007 0603551d0e 0500", "NAT_DER_TAG"],
    ["two values", "30 0b 3009 0603551d0e 0400 0400", "NAT_DER_TRAILING"],
    ["a constructed value", "30 0b 3009 0603551d0e 2402 0400", "NAT_DER_TAG"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parse(hex),
        (error) => isNatalisError(error, code),
      ),
    );

  test("more than 64", () => {
    const many = (count: number) =>
      encodeExtensions(Array.from({ length: count }, (_, i) => ({ ...two, oid: `1.2.${i}` })));
    assert.equal(readExactly(many(64), readExtensions).length, 64);
    assert.throws(
      () => readExactly(many(65), readExtensions),
      (error) => isNatalisError(error, "NAT_X509_EXTENSIONS"),
    );
  });
});

test("not written: an empty list, the same twice", () => {
  const refused = (error: unknown) => isNatalisError(error, "NAT_X509_EXTENSIONS");
  assert.throws(() => encodeExtensions([]), refused);
  assert.throws(() => encodeExtensions([one, two, { ...one, value: concatBytes() }]), refused);
});
