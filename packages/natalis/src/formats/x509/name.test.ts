// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import {
  encodeInteger,
  encodeOid,
  encodeSequence,
  encodeSetOf,
  encodeTagLengthValue,
  encodeUtf8String,
  tags,
} from "../der/index.ts";
import { attributeValues, encodeName, parseName } from "./name.ts";
import { oids } from "./object-identifiers.ts";

const attribute = (oid: string, value: Uint8Array) => encodeSequence(encodeOid(oid), value);
const text = encodeUtf8String("x");

test("our own subject reads as it was written", () => {
  const der = encodeName([
    { oid: oids.organizationName, value: "Ätherwerk" },
    { oid: oids.organizationalUnitName, value: "Sensor 3" },
    { oid: oids.serialNumber, value: "SN-0001" },
    { oid: oids.commonName, value: "0190" },
  ]);
  const name = parseName(der);
  assert.deepEqual(name.der, der);
  assert.deepEqual(name.relativeNames, [
    [{ oid: oids.organizationName, tag: tags.utf8String, value: "Ätherwerk" }],
    [{ oid: oids.organizationalUnitName, tag: tags.utf8String, value: "Sensor 3" }],
    [{ oid: oids.serialNumber, tag: tags.printableString, value: "SN-0001" }],
    [{ oid: oids.commonName, tag: tags.utf8String, value: "0190" }],
  ]);
  assert.deepEqual(attributeValues(name, oids.serialNumber), ["SN-0001"]);
  assert.deepEqual(attributeValues(name, oids.title), []);
});

test("attributes whose definition fixes the string type get it; the caller may ask for another", () => {
  const written = (oid: string, tag?: number) =>
    parseName(encodeName([{ oid, value: "DE", ...(tag === undefined ? {} : { tag }) }])).relativeNames[0]?.[0]?.tag;
  assert.equal(written(oids.countryName), tags.printableString);
  assert.equal(written(oids.dnQualifier), tags.printableString);
  assert.equal(written(oids.emailAddress), tags.ia5String);
  assert.equal(written(oids.domainComponent), tags.ia5String);
  assert.equal(written(oids.commonName), tags.utf8String);
  assert.equal(written(oids.commonName, tags.printableString), tags.printableString);
});

test("an empty name is read: a request's subject may be one", () => {
  assert.deepEqual(parseName(encodeName([])).relativeNames, []);
});

test("several attributes in one relative name, in the order of their encodings", () => {
  const first = attribute(oids.commonName, text);
  const second = attribute(oids.serialNumber, text);
  const name = parseName(encodeSequence(encodeSetOf([second, first])));
  assert.deepEqual(
    name.relativeNames[0]?.map(({ oid }) => oid),
    [oids.commonName, oids.serialNumber],
  );
});

describe("values of every type are read", () => {
  for (const [kind, value, expected] of [
    ["TeletexString", encodeTagLengthValue(tags.teletexString, Uint8Array.of(0xe9)), "é"],
    ["BMPString", encodeTagLengthValue(tags.bmpString, Uint8Array.of(0x4e, 0x2d)), "中"],
    ["NumericString", encodeTagLengthValue(tags.numericString, Uint8Array.of(0x31)), "1"],
    ["an empty string", encodeTagLengthValue(tags.utf8String), ""],
    ["INTEGER, as RFC 4514 writes it", encodeInteger(5), "#020105"],
    ["SEQUENCE", encodeSequence(encodeInteger(5)), "#3003020105"],
  ] as const)
    test(kind, () => {
      const name = parseName(encodeSequence(encodeSetOf([attribute(oids.commonName, value)])));
      assert.deepEqual(attributeValues(name, oids.commonName), [expected]);
    });
});

describe("refused", () => {
  const ordered = [attribute(oids.commonName, text), attribute(oids.serialNumber, text)] as const;
  for (const [what, der, code] of [
    ["a SET where the SEQUENCE is due", encodeSetOf([]), "NAT_DER_TAG"],
    ["an attribute outside of a SET", encodeSequence(ordered[0]), "NAT_DER_TAG"],
    ["a relative name without attributes", encodeSequence(encodeSetOf([])), "NAT_X509_NAME"],
    [
      "attributes in another order",
      encodeSequence(encodeTagLengthValue(0x31, ordered[1], ordered[0])),
      "NAT_DER_SET_ORDER",
    ],
    [
      "an attribute without a value",
      encodeSequence(encodeSetOf([encodeSequence(encodeOid("2.5.4.3"))])),
      "NAT_DER_TAG",
    ],
    ["two values", encodeSequence(encodeSetOf([encodeSequence(encodeOid("2.5.4.3"), text, text)])), "NAT_DER_TRAILING"],
    ["bytes after it", Uint8Array.of(...encodeSequence(), 0), "NAT_DER_TRAILING"],
    ["a PrintableString with @", fromHex("300c310a30080603550403130140"), "NAT_DER_STRING"],
    [
      "a value that is no DER",
      encodeSequence(encodeSetOf([attribute("2.5.4.3", fromHex("300402020001"))])),
      "NAT_DER_INTEGER",
    ],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseName(der),
        (error) => isNatalisError(error, code),
      ),
    );
});

describe("not written", () => {
  for (const [what, attributes, code] of [
    ["an empty value", [{ oid: oids.commonName, value: "" }], "NAT_X509_NAME"],
    ["a type that we do not write", [{ oid: oids.commonName, value: "x", tag: tags.bmpString }], "NAT_X509_NAME"],
    ["a serial number beyond PrintableString", [{ oid: oids.serialNumber, value: "SN_1" }], "NAT_DER_STRING"],
    ["an email address beyond ASCII", [{ oid: oids.emailAddress, value: "é@a" }], "NAT_DER_STRING"],
    ["a lone surrogate", [{ oid: oids.commonName, value: "\udfff" }], "NAT_DER_STRING"],
    ["an OID that is none", [{ oid: "cn", value: "x" }], "NAT_DER_OID"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => encodeName(attributes),
        (error) => isNatalisError(error, code),
      ),
    );
});

test("property: names come back", () => {
  const value = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 6 }), (values) => {
      const name = parseName(encodeName(values.map((each) => ({ oid: oids.organizationName, value: each }))));
      assert.deepEqual(attributeValues(name, oids.organizationName), values, toHex(name.der));
    }),
  );
});
