// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { fromHex, isNatalisError } from "../../kernel/index.ts";
import { checkDer } from "./check.ts";
import { encodeSequence } from "./writer.ts";

const check = (hex: string) => checkDer(fromHex(hex.replaceAll(" ", "")));

describe("accepted", () => {
  for (const [name, hex] of [
    ["a SEQUENCE of everything", "30 13 0101ff 020105 0500 06012a 030100 0c00 0a0101"],
    ["nested context tags", "a0 04 a1 02 0500"],
    ["primitive context tag, opaque", "80 03 ffffff"],
    ["application tag", "41 01 00"],
    ["the first application tag, which is no end-of-contents", "40 00"],
    ["a time of any form", "18 0a 32303236303130313030"],
    ["REAL, unread", "09 00"],
    ["EXTERNAL", "28 02 0500"],
  ] as const)
    test(name, () => assert.doesNotThrow(() => check(hex)));
});

describe("refused", () => {
  for (const [name, hex, code] of [
    ["nothing", "", "NAT_DER_TAG"],
    ["two values", "0500 0500", "NAT_DER_TRAILING"],
    ["end-of-contents within", "30 02 0000", "NAT_DER_TAG"],
    ["a tag number above 30", "1f1f00", "NAT_DER_TAG"],
    ["a constructed tag number above 30", "bf2000", "NAT_DER_TAG"],
    ["constructed OCTET STRING", "24 03 040101", "NAT_DER_TAG"],
    ["constructed UTF8String", "2c 00", "NAT_DER_TAG"],
    ["constructed INTEGER", "22 03 020101", "NAT_DER_TAG"],
    ["primitive SEQUENCE", "10 00", "NAT_DER_TAG"],
    ["primitive SET", "11 00", "NAT_DER_TAG"],
    ["indefinite length within", "30 05 24800000 00", "NAT_DER_TAG"],
    ["indefinite length", "30 80 0500 0000", "NAT_DER_LENGTH"],
    ["BOOLEAN 01 deep inside", "30 07 3105 a003 010101", "NAT_DER_BOOLEAN"],
    ["INTEGER padded", "30 04 02020001", "NAT_DER_INTEGER"],
    ["ENUMERATED padded", "0a 02 0001", "NAT_DER_INTEGER"],
    ["BIT STRING with unused bits set", "03 02 01ff", "NAT_DER_BIT_STRING"],
    ["NULL with content", "05 01 00", "NAT_DER_NULL"],
    ["OBJECT IDENTIFIER with padding", "06 02 8001", "NAT_DER_OID"],
    ["PrintableString with @", "13 01 40", "NAT_DER_STRING"],
  ] as const)
    test(name, () =>
      assert.throws(
        () => check(hex),
        (error) => isNatalisError(error, code),
      ),
    );

  test("nesting without end", () => {
    let der = encodeSequence();
    for (let level = 0; level < 1000; level++) der = encodeSequence(der);
    assert.throws(
      () => checkDer(der),
      (error) => isNatalisError(error, "NAT_DER_DEPTH"),
    );
  });
});

test("property: any bytes are DER or refused by the catalogue", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        checkDer(bytes);
      } catch (error) {
        assert.ok(isNatalisError(error), String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
