// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import {
  encodeExtendedKeyUsage,
  encodeKeyUsage,
  type KeyUsage,
  parseExtendedKeyUsage,
  parseKeyUsage,
} from "./key-usage.ts";
import { oids } from "./object-identifiers.ts";

const usages: readonly KeyUsage[] = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
];
const hex = (text: string) => fromHex(text.replaceAll(" ", ""));

describe("key usage, both ways", () => {
  for (const [value, names] of [
    ["03020780", ["digitalSignature"]],
    ["03020106", ["keyCertSign", "cRLSign"]],
    ["030205a0", ["digitalSignature", "keyEncipherment"]],
    ["03020001", ["encipherOnly"]],
    ["0303070080", ["decipherOnly"]],
    ["030307ff80", usages],
  ] as const)
    test(names.join(" "), () => {
      assert.deepEqual([...parseKeyUsage(fromHex(value))], names);
      assert.equal(toHex(encodeKeyUsage(names)), value);
      assert.equal(toHex(encodeKeyUsage(names.toReversed())), value);
    });
});

describe("key usage refused", () => {
  for (const [what, value, code] of [
    ["no bit", "030100", "NAT_X509_EXTENSION"],
    ["all bits zero", "03020700", "NAT_X509_EXTENSION"],
    ["a bit without a name", "0303060040", "NAT_X509_EXTENSION"],
    ["a bit without a name beside one that has one", "0303068040", "NAT_X509_EXTENSION"],
    ["unused bits that are set", "03020781", "NAT_DER_BIT_STRING"],
    ["an OCTET STRING", "04020780", "NAT_DER_TAG"],
    ["bytes after it", "0302078000", "NAT_DER_TRAILING"],
    ["nothing", "", "NAT_DER_TAG"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseKeyUsage(fromHex(value)),
        (error) => isNatalisError(error, code),
      ),
    );

  test("none written", () => {
    assert.throws(
      () => encodeKeyUsage([]),
      (error) => isNatalisError(error, "NAT_X509_EXTENSION"),
    );
  });
});

test("property: every set of usages comes back", () => {
  fc.assert(
    fc.property(fc.subarray([...usages], { minLength: 1 }), (names) => {
      assert.deepEqual([...parseKeyUsage(encodeKeyUsage(names))], names);
    }),
  );
});

test("extended key usage comes back in its order", () => {
  const purposes = [oids.clientAuth, "1.3.6.1.4.1.32473.3.1", oids.anyExtendedKeyUsage];
  assert.deepEqual(parseExtendedKeyUsage(encodeExtendedKeyUsage(purposes)), purposes);
});

describe("extended key usage refused", () => {
  for (const [what, value, code] of [
    ["no purpose", "3000", "NAT_X509_EXTENSION"],
    ["a purpose that is no OID", "30 02 0500", "NAT_DER_TAG"],
    ["an empty OID", "30 02 0600", "NAT_DER_OID"],
    ["a SET", "31 03 06012a", "NAT_DER_TAG"],
    ["bytes after it", "30 03 06012a 00", "NAT_DER_TRAILING"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseExtendedKeyUsage(hex(value)),
        (error) => isNatalisError(error, code),
      ),
    );

  test("none written", () => {
    assert.throws(
      () => encodeExtendedKeyUsage([]),
      (error) => isNatalisError(error, "NAT_X509_EXTENSION"),
    );
  });
});
