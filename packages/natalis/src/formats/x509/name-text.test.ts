// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8, fromHex } from "../../kernel/index.ts";
import { encodeOid, encodeSequence, encodeSequenceOf, encodeSetOf, encodeTagLengthValue, tags } from "../der/index.ts";
import { encodeName, parseName } from "./name.ts";
import { formatName } from "./name-text.ts";
import { oids } from "./object-identifiers.ts";

type Attribute = readonly [oid: string, value: string];

/** Relative names from the root down, each with its attributes. */
function nameOf(...relativeNames: readonly (readonly Attribute[])[]): string {
  const encoded = relativeNames.map((attributes) =>
    encodeSetOf(attributes.map(([oid, value]) => encodeSequence(encodeOid(oid), utf8(value)))),
  );
  return formatName(parseName(encodeSequenceOf(encoded)));
}

function utf8(value: string): Uint8Array {
  return encodeTagLengthValue(tags.utf8String, encodeUtf8(value));
}

function commonName(value: string): string {
  return formatName(parseName(encodeName([{ oid: oids.commonName, value }])));
}

const net: readonly Attribute[] = [[oids.domainComponent, "net"]];
const example: readonly Attribute[] = [[oids.domainComponent, "example"]];

test("RFC 4514 section 4: the examples", () => {
  assert.equal(nameOf(net, example, [[oids.userId, "jsmith"]]), "UID=jsmith,DC=example,DC=net");
  const two: readonly Attribute[] = [
    [oids.commonName, "J.  Smith"],
    [oids.organizationalUnitName, "Sales"],
  ];
  assert.equal(nameOf(net, example, two), "OU=Sales+CN=J.  Smith,DC=example,DC=net");
  const jim: readonly Attribute[] = [[oids.commonName, 'James "Jim" Smith, III']];
  assert.equal(nameOf(net, example, jim), 'CN=James \\"Jim\\" Smith\\, III,DC=example,DC=net');
  const before: readonly Attribute[] = [[oids.commonName, "Before\rAfter"]];
  assert.equal(nameOf(net, example, before), "CN=Before\\0dAfter,DC=example,DC=net");
  const hexadecimal = encodeSequence(encodeOid("1.3.6.1.4.1.1466.0"), fromHex("04024869"));
  const name = parseName(encodeSequenceOf([encodeSetOf([hexadecimal])]));
  assert.equal(formatName(name), "1.3.6.1.4.1.1466.0=#04024869");
  assert.equal(commonName("Lučić"), "CN=Lučić");
});

test("an empty name is an empty text", () => {
  assert.equal(formatName(parseName(encodeName([]))), "");
});

const values: readonly Attribute[] = [
  [" lead", "\\ lead"],
  ["trail ", "trail\\ "],
  [" ", "\\ "],
  ["  ", "\\ \\ "],
  ["\\ ", "\\\\\\ "],
  ["a b", "a b"],
  ["#hash", "\\#hash"],
  ["a#b", "a#b"],
  ["a+b;c<d>e=f", "a\\+b\\;c\\<d\\>e=f"],
  ["back\\slash", "back\\\\slash"],
  ["\u0000\u007f\u0085", "\\00\\7f\\c2\\85"],
  ["東京 😀", "東京 😀"],
];
for (const [value, text] of values)
  test(`the value ${JSON.stringify(value)} is written ${text}`, () => {
    assert.equal(commonName(value), `CN=${text}`);
  });

test("an attribute without a short name keeps its encoding, whatever its string type", () => {
  const bmp = encodeTagLengthValue(tags.bmpString, Uint8Array.of(0, 0x41));
  for (const [value, hexadecimal] of [
    [utf8("A"), "0c0141"],
    [bmp, "1e020041"],
  ] as const) {
    const attribute = encodeSequence(encodeOid("1.2.3.4"), value);
    const name = parseName(encodeSequenceOf([encodeSetOf([attribute])]));
    assert.equal(formatName(name), `1.2.3.4=#${hexadecimal}`);
  }
});

test("a known attribute whose value is no string is hexadecimal too, and not taken for text that looks like it", () => {
  const attribute = encodeSequence(encodeOid(oids.commonName), fromHex("02012a"));
  assert.equal(formatName(parseName(encodeSequenceOf([encodeSetOf([attribute])]))), "CN=#02012a");
  assert.equal(commonName("#02012a"), "CN=\\#02012a");
});

test("every short name of a device's birth certificate", () => {
  const certificate: readonly Attribute[] = [
    [oids.organizationName, "Example"],
    [oids.organizationalUnitName, "M1"],
    [oids.serialNumber, "SN-1"],
  ];
  assert.equal(nameOf(...certificate.map((attribute) => [attribute])), "serialNumber=SN-1,OU=M1,O=Example");
});

test("the value can be read back, and no part of it passes for another attribute", () => {
  const value = fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(value, (text) => {
      const written = commonName(text).slice("CN=".length);
      assert.equal(/(?<!\\)(?:\\\\)*[+,;<>"]/.test(written), false);
      const octets = written.replaceAll(/\\([0-9a-f]{2}|.)/gu, (_, escaped: string) =>
        escaped.length === 2 && /^[0-9a-f]{2}$/.test(escaped) ? `%${escaped}` : encodeURIComponent(escaped),
      );
      assert.equal(decodeURIComponent(octets.replaceAll(/%(?![0-9A-Fa-f]{2})/g, "%25")), text);
    }),
  );
});
