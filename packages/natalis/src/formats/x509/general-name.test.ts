// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { encodeTagLengthValue, readExactly } from "../der/index.ts";
import {
  encodeGeneralName,
  encodeGeneralNames,
  type GeneralName,
  readGeneralName,
  readGeneralNames,
  urisOf,
} from "./general-name.ts";
import { encodeName, parseName } from "./name.ts";
import { oids } from "./object-identifiers.ts";

const hex = (text: string) => fromHex(text.replaceAll(" ", ""));
const name = parseName(encodeName([{ oid: oids.commonName, value: "x" }]));

const known: readonly [der: string, name: GeneralName][] = [
  ["a0 09 06022a03 a003 020105", { kind: "otherName", oid: "1.2.3", value: fromHex("020105") }],
  ["81 03 614062", { kind: "email", value: "a@b" }],
  ["82 03 612e62", { kind: "dns", value: "a.b" }],
  ["a3 02 3000", { kind: "x400Address", value: fromHex("3000") }],
  [`a4 0e ${toHex(name.der)}`, { kind: "directoryName", value: name }],
  ["a5 02 0500", { kind: "ediPartyName", value: fromHex("0500") }],
  ["86 05 75726e3a61", { kind: "uri", value: "urn:a" }],
  ["87 04 c0000201", { kind: "ip", value: Uint8Array.of(192, 0, 2, 1) }],
  [`87 10 20010db8${"00".repeat(12)}`, { kind: "ip", value: hex(`20010db8${"00".repeat(12)}`) }],
  ["88 02 2a03", { kind: "registeredId", value: "1.2.3" }],
];

describe("every kind, both ways", () => {
  for (const [der, value] of known)
    test(value.kind, () => {
      assert.deepEqual(readExactly(hex(der), readGeneralName), value);
      assert.deepEqual(encodeGeneralName(value), hex(der));
    });
});

test("a list comes back, and the URIs of it", () => {
  const names = known.map(([, value]) => value);
  assert.deepEqual(
    readExactly(encodeGeneralNames(names), (reader) => readGeneralNames(reader)),
    names,
  );
  assert.deepEqual(urisOf(names), ["urn:a"]);
});

describe("refused", () => {
  for (const [what, der, code] of [
    ["a kind that does not exist", "89 00", "NAT_X509_GENERAL_NAME"],
    ["a universal type", "0c 01 61", "NAT_X509_GENERAL_NAME"],
    ["nothing", "", "NAT_X509_GENERAL_NAME"],
    ["a constructed dns name", "a2 03 160161", "NAT_X509_GENERAL_NAME"],
    ["an empty dns name", "82 00", "NAT_X509_GENERAL_NAME"],
    ["NUL in a dns name", "82 03 610062", "NAT_X509_GENERAL_NAME"],
    ["a line break in a URI", "86 02 610a", "NAT_X509_GENERAL_NAME"],
    ["a high octet in an email address", "81 02 61e9", "NAT_DER_STRING"],
    ["an IP address of 5 octets", "87 05 c000020100", "NAT_X509_GENERAL_NAME"],
    ["an IP address with its mask", "87 08 c0000201ffffffff", "NAT_X509_GENERAL_NAME"],
    ["an other name without a value", "a0 04 06022a03", "NAT_DER_TAG"],
    ["an other name with two values", "a0 0c 06022a03 a006 020105 020105", "NAT_DER_TRAILING"],
    ["an other name that is no DER", "a0 09 06022a03 a003 010101", "NAT_DER_BOOLEAN"],
    ["an other name with a third field", "a0 0b 06022a03 a003 020105 0500", "NAT_DER_TRAILING"],
    ["a directory name without its explicit tag", "a4 00", "NAT_DER_TAG"],
    ["two directory names", "a4 04 3000 3000", "NAT_DER_TRAILING"],
    ["an empty registered identifier", "88 00", "NAT_DER_OID"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => readExactly(hex(der), readGeneralName),
        (error) => isNatalisError(error, code),
      ),
    );

  test("a list of more names than anybody has", () => {
    const names = (count: number) => Array.from({ length: count }, () => ({ kind: "dns", value: "a" }) as const);
    const most = encodeGeneralNames(names(16_384));
    assert.equal(readExactly(most, (reader) => readGeneralNames(reader)).length, 16_384);
    const more = encodeTagLengthValue(0x30, most.subarray(4), hex("820161"));
    const refused = (error: unknown) => isNatalisError(error, "NAT_X509_GENERAL_NAME");
    assert.throws(() => readExactly(more, (reader) => readGeneralNames(reader)), refused);
    assert.throws(() => encodeGeneralNames(names(16_385)), refused);
  });

  test("an empty list", () => {
    const refused = (error: unknown) => isNatalisError(error, "NAT_X509_GENERAL_NAME");
    assert.throws(() => readExactly(hex("3000"), (reader) => readGeneralNames(reader)), refused);
    assert.throws(() => encodeGeneralNames([]), refused);
  });
});

describe("not written", () => {
  for (const [what, value, code] of [
    ["an empty URI", { kind: "uri", value: "" }, "NAT_X509_GENERAL_NAME"],
    ["a host name with a line break", { kind: "dns", value: "a\nb" }, "NAT_X509_GENERAL_NAME"],
    ["a host name beyond ASCII", { kind: "dns", value: "é" }, "NAT_X509_GENERAL_NAME"],
    ["an IP address of 3 octets", { kind: "ip", value: Uint8Array.of(1, 2, 3) }, "NAT_X509_GENERAL_NAME"],
    ["an identifier that is none", { kind: "registeredId", value: "x" }, "NAT_DER_OID"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => encodeGeneralName(value),
        (error) => isNatalisError(error, code),
      ),
    );
});
