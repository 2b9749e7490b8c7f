// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeUtf8, fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { oids } from "./object-identifiers.ts";
import {
  encodeHardwareModuleName,
  encodeSubjectAltName,
  hardwareModuleGeneralName,
  parseHardwareModuleName,
  parseSubjectAltName,
} from "./subject-alt-name.ts";

const hex = (text: string) => fromHex(text.replaceAll(" ", ""));
const module = { type: "1.3.6.1.4.1.32473.4.7", serialNumber: encodeUtf8("SN-1") };

test("the subject alternative name of a birth certificate comes back", () => {
  const names = [hardwareModuleGeneralName(module), { kind: "uri", value: "urn:uuid:0190" }] as const;
  const read = parseSubjectAltName(encodeSubjectAltName(names));
  assert.deepEqual(read, names);
  const [first] = read;
  assert.equal(first?.kind === "otherName" && first.oid, oids.hardwareModuleName);
  assert.deepEqual(first?.kind === "otherName" && parseHardwareModuleName(first.value), module);
});

test("a hardware module name is a type and octets (RFC 4108 section 5)", () => {
  assert.equal(
    toHex(encodeHardwareModuleName({ type: "1.2.3", serialNumber: Uint8Array.of(7) })),
    "300706022a03040107",
  );
});

describe("refused", () => {
  for (const [what, read, value, code] of [
    ["no names", parseSubjectAltName, "3000", "NAT_X509_GENERAL_NAME"],
    ["a name alone", parseSubjectAltName, "82 01 61", "NAT_DER_TAG"],
    ["bytes after it", parseSubjectAltName, "30 03 820161 00", "NAT_DER_TRAILING"],
    ["a module without a serial number", parseHardwareModuleName, "30 04 06022a03", "NAT_DER_TAG"],
    ["a module whose serial number is text", parseHardwareModuleName, "30 07 06022a03 0c0161", "NAT_DER_TAG"],
    ["a module with a third field", parseHardwareModuleName, "30 09 06022a03 040107 0500", "NAT_DER_TRAILING"],
    ["bytes after a module", parseHardwareModuleName, "30 07 06022a03 040107 00", "NAT_DER_TRAILING"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => read(hex(value)),
        (error) => isNatalisError(error, code),
      ),
    );

  test("names that are not written", () => {
    assert.throws(
      () => encodeSubjectAltName([]),
      (error) => isNatalisError(error, "NAT_X509_GENERAL_NAME"),
    );
    assert.throws(
      () => hardwareModuleGeneralName({ ...module, type: "x" }),
      (error) => isNatalisError(error, "NAT_DER_OID"),
    );
  });
});
