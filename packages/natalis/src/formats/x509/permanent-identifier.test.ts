// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { oids } from "./object-identifiers.ts";
import {
  encodePermanentIdentifier,
  parsePermanentIdentifier,
  permanentIdentifierGeneralName,
} from "./permanent-identifier.ts";

const hex = (text: string) => fromHex(text.replaceAll(" ", ""));

describe("both ways", () => {
  for (const [der, identifier] of [
    ["3000", {}],
    ["30 04 0c024142", { value: "AB" }],
    ["30 04 06022a03", { assigner: "1.2.3" }],
    ["30 08 0c024142 06022a03", { value: "AB", assigner: "1.2.3" }],
    ["30 04 0c02c3a9", { value: "\u00e9" }],
  ] as const)
    test(der, () => {
      assert.deepEqual(parsePermanentIdentifier(hex(der)), identifier);
      assert.equal(toHex(encodePermanentIdentifier(identifier)), der.replaceAll(" ", ""));
    });
});

test("as it stands in subjectAltName", () => {
  assert.deepEqual(permanentIdentifierGeneralName({ value: "AB" }), {
    kind: "otherName",
    oid: oids.permanentIdentifier,
    value: hex("30 04 0c024142"),
  });
});

describe("refused", () => {
  for (const [what, der, code] of [
    ["an empty value", "30 02 0c00", "NAT_X509_GENERAL_NAME"],
    ["a PrintableString", "30 04 13024142", "NAT_DER_TAG"],
    ["the fields in another order", "30 08 06022a03 0c024142", "NAT_DER_TRAILING"],
    ["a third field", "30 0a 0c024142 06022a03 0500", "NAT_DER_TRAILING"],
    ["no UTF-8", "30 03 0c01ff", "NAT_DER_STRING"],
    ["bytes after it", "3000 00", "NAT_DER_TRAILING"],
    ["a SET", "3100", "NAT_DER_TAG"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parsePermanentIdentifier(hex(der)),
        (error) => isNatalisError(error, code),
      ),
    );
});

describe("not written", () => {
  for (const [what, identifier, code] of [
    ["an empty value", { value: "" }, "NAT_X509_GENERAL_NAME"],
    ["an assigner that is no OID", { value: "A", assigner: "maker" }, "NAT_DER_OID"],
    ["a lone surrogate", { value: "\udfff" }, "NAT_DER_STRING"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => encodePermanentIdentifier(identifier),
        (error) => isNatalisError(error, code),
      ),
    );
});
