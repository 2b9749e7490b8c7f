// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { encodeSequence, encodeTagged, encodeTagLengthValue } from "../der/index.ts";
import { encodeName, parseName } from "./name.ts";
import {
  encodeNameConstraints,
  type GeneralSubtree,
  type NameConstraints,
  parseNameConstraints,
  type SubtreeBase,
} from "./name-constraints.ts";
import { oids } from "./object-identifiers.ts";

const hex = (text: string) => fromHex(text.replaceAll(" ", ""));
const directory = parseName(encodeName([{ oid: oids.organizationName, value: "Maker" }]));
const text = (kind: "dns" | "email" | "uri") => (value: string) => ({ kind, value }) as const;
const [dns, email, uri] = [text("dns"), text("email"), text("uri")];
const octets = (...values: number[]) => Uint8Array.from(values);
const range = (address: Uint8Array, mask: Uint8Array) => ({ kind: "ip", address, mask }) as const;
const excluding = (...excluded: GeneralSubtree[]): NameConstraints => ({ permitted: [], excluded });

describe("both ways", () => {
  for (const [what, der, constraints] of [
    ["one permitted", "30 09 a007 3005 8203 612e62", { permitted: [{ base: dns("a.b") }], excluded: [] }],
    ["one excluded", "30 09 a107 3005 8203 612e62", excluding({ base: dns("a.b") })],
    [
      "both",
      "30 12 a007 3005 8203 612e62 a107 3005 8203 612e63",
      { permitted: [{ base: dns("a.b") }], excluded: [{ base: dns("a.c") }] },
    ],
    ["every DNS name", "30 06 a104 3002 8200", excluding({ base: dns("") })],
    [
      "every directory name",
      "30 08 a106 3004 a402 3000",
      excluding({ base: { kind: "directoryName", value: parseName(hex("3000")) } }),
    ],
    ["a minimum", "30 0c a10a 3008 8203 612e62 800101", excluding({ base: dns("a.b"), minimum: 1 })],
    ["a maximum of 0", "30 0c a10a 3008 8203 612e62 810100", excluding({ base: dns("a.b"), maximum: 0 })],
    [
      "minimum and maximum",
      "30 10 a10e 300c 8203 612e62 800101 81020080",
      excluding({ base: dns("a.b"), minimum: 1, maximum: 128 }),
    ],
  ] as const)
    test(what, () => {
      assert.deepEqual(parseNameConstraints(hex(der)), constraints);
      assert.equal(toHex(encodeNameConstraints(constraints)), der.replaceAll(" ", ""));
    });
});

test("a minimum of 0 is the default, and not written", () => {
  assert.deepEqual(
    encodeNameConstraints(excluding({ base: dns("a"), minimum: 0 })),
    encodeNameConstraints(excluding({ base: dns("a") })),
  );
  assert.deepEqual(parseNameConstraints(hex("30 0c a10a 3008 8203 612e62 800100")), excluding({ base: dns("a.b") }));
});

const bases: readonly SubtreeBase[] = [
  dns(""),
  dns("host.example.com"),
  email("root@example.com"),
  email('"a b"@example.com'),
  email("example.com"),
  email(".example.com"),
  uri("host.example.com"),
  uri(".example.com"),
  range(octets(192, 0, 2, 0), octets(255, 255, 255, 0)),
  range(octets(0, 0, 0, 0), octets(0, 0, 0, 0)),
  range(octets(192, 0, 2, 1), octets(255, 255, 255, 255)),
  range(octets(192, 0, 2, 1), octets(255, 254, 0, 0)),
  range(new Uint8Array(16), new Uint8Array(16).fill(255, 0, 8)),
  { kind: "directoryName", value: directory },
  { kind: "registeredId", value: "1.2.3" },
  { kind: "otherName", oid: "1.2.3", value: hex("0500") },
  { kind: "x400Address", value: hex("3000") },
  { kind: "ediPartyName", value: hex("a1020c00") },
];

describe("every kind of subtree comes back", () => {
  for (const base of bases)
    test(JSON.stringify(base.kind === "directoryName" ? base.kind : base), () => {
      const constraints = { permitted: [{ base }], excluded: [{ base, minimum: 3 }] };
      assert.deepEqual(parseNameConstraints(encodeNameConstraints(constraints)), constraints);
    });
});

/** The extension that excludes one subtree with this base. */
const ofBase = (base: Uint8Array) => encodeSequence(encodeTagged(1, encodeSequence(base)));
const ofText = (tag: number) => (value: string) => ofBase(encodeTagLengthValue(tag, new TextEncoder().encode(value)));
const [ofEmail, ofDns, ofUri] = [ofText(0x81), ofText(0x82), ofText(0x86)];
const ofRange = (...values: number[]) => ofBase(encodeTagLengthValue(0x87, Uint8Array.from(values)));

describe("refused", () => {
  for (const [what, value, code] of [
    ["neither permitted nor excluded", hex("3000"), "NAT_X509_EXTENSION"],
    ["an empty list of permitted", hex("3002a000"), "NAT_X509_EXTENSION"],
    ["two empty lists", hex("3004a000a100"), "NAT_X509_EXTENSION"],
    ["excluded before permitted", hex("30 12 a107 3005 8203 612e63 a007 3005 8203 612e62"), "NAT_DER_TRAILING"],
    ["permitted twice", hex("30 12 a007 3005 8203 612e63 a007 3005 8203 612e62"), "NAT_DER_TRAILING"],
    ["a third field", hex("30 0b a007 3005 8203 612e62 a200"), "NAT_DER_TRAILING"],
    ["bytes after it", hex("30 09 a007 3005 8203 612e62 00"), "NAT_DER_TRAILING"],
    ["NULL for both", hex("3004 0500 0500"), "NAT_DER_TRAILING"],
    ["a subtree without a base", hex("3004 a102 3000"), "NAT_X509_GENERAL_NAME"],
    ["a base outside of a subtree", hex("3007 a105 8203 612e62"), "NAT_DER_TAG"],
    ["a negative minimum", hex("30 0c a10a 3008 8203 612e62 8001ff"), "NAT_DER_INTEGER"],
    ["a maximum beyond 31 bits", hex("30 10 a10e 300c 8203 612e62 81050080000000"), "NAT_DER_INTEGER"],
    ["maximum before minimum", hex("30 0f a10d 300b 8203 612e62 810101 800101"), "NAT_DER_TRAILING"],
    ["a period for a DNS name", ofDns("."), "NAT_X509_EXTENSION"],
    ["two periods before a DNS name", ofDns("..example.com"), "NAT_X509_EXTENSION"],
    ["a DNS name that is a wildcard", ofDns("*.example.com"), "NAT_X509_EXTENSION"],
    ["a DNS name with a dot behind", ofDns("example.com."), "NAT_X509_EXTENSION"],
    ["a DNS name that is an address", ofDns("192.0.2.1"), "NAT_X509_EXTENSION"],
    ["a DNS name beyond ASCII", ofDns("b\u00fccher.example"), "NAT_DER_STRING"],
    ["an empty mail address", ofEmail(""), "NAT_X509_EXTENSION"],
    ["a mail address with two @", ofEmail("invalid@invalid@example.com"), "NAT_X509_EXTENSION"],
    ["a mailbox of a domain", ofEmail("a@.example.com"), "NAT_X509_EXTENSION"],
    ["a host behind an @", ofEmail("@example.com"), "NAT_X509_EXTENSION"],
    ["two periods", ofEmail("..example.com"), "NAT_X509_EXTENSION"],
    ["an empty URI", ofUri(""), "NAT_X509_EXTENSION"],
    ["a period for a URI", ofUri("."), "NAT_X509_EXTENSION"],
    ["a whole URI", ofUri("https://example.com"), "NAT_X509_EXTENSION"],
    ["a URI's address", ofUri("192.0.2.1"), "NAT_X509_EXTENSION"],
    ["an IPv4 address without mask", ofRange(192, 0, 2, 1), "NAT_X509_EXTENSION"],
    ["an IPv6 address without mask", ofRange(...new Array(16).fill(0)), "NAT_X509_EXTENSION"],
    ["nine octets", ofRange(192, 0, 2, 0, 255, 255, 255, 0, 0), "NAT_X509_EXTENSION"],
    ["no octets", ofRange(), "NAT_X509_EXTENSION"],
    ["a mask with a hole between octets", ofRange(192, 0, 2, 0, 255, 0, 255, 0), "NAT_X509_EXTENSION"],
    ["a mask with a hole in an octet", ofRange(192, 0, 2, 0, 255, 255, 253, 0), "NAT_X509_EXTENSION"],
    ["a mask from the right", ofRange(192, 0, 2, 0, 0, 0, 0, 255), "NAT_X509_EXTENSION"],
    ["a directory name that is none", ofBase(hex("a402 0500")), "NAT_DER_TAG"],
    ["a kind that does not exist", ofBase(hex("8900")), "NAT_X509_GENERAL_NAME"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseNameConstraints(value),
        (error) => isNatalisError(error, code),
      ),
    );
});

test("as many subtrees as any authority needs, and no more", () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => ({ base: dns(`h${i}.example`) }));
  const most = { permitted: many(4000), excluded: many(96) };
  assert.deepEqual(parseNameConstraints(encodeNameConstraints(most)), most);
  const oneMore = encodeSequence(
    encodeTagged(0, encodeSequence(hex("8200"))),
    encodeTagLengthValue(0xa1, ...Array.from({ length: 4096 }, () => hex("3002 8200"))),
  );
  for (const refused of [
    () => parseNameConstraints(oneMore),
    () => encodeNameConstraints({ permitted: many(4096), excluded: many(1) }),
  ])
    assert.throws(refused, (error) => isNatalisError(error, "NAT_X509_EXTENSION"));
});

describe("not written", () => {
  for (const [what, constraints, code] of [
    ["nothing", excluding(), "NAT_X509_EXTENSION"],
    [
      "an address and the mask of the other kind",
      excluding({ base: range(octets(1, 2, 3, 4), new Uint8Array(16)) }),
      "NAT_X509_EXTENSION",
    ],
    [
      "a mask with a hole",
      excluding({ base: range(octets(1, 2, 3, 4), octets(255, 0, 255, 0)) }),
      "NAT_X509_EXTENSION",
    ],
    ["a negative minimum", excluding({ base: dns("a"), minimum: -1 }), "NAT_X509_EXTENSION"],
    ["half a maximum", excluding({ base: dns("a"), maximum: 0.5 }), "NAT_X509_EXTENSION"],
    ["an identifier that is none", excluding({ base: { kind: "registeredId", value: "x" } }), "NAT_DER_OID"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => encodeNameConstraints(constraints),
        (error) => isNatalisError(error, code),
      ),
    );
});

test("property: constraints come back", () => {
  const subtree = fc.record(
    { base: fc.constantFrom(...bases), minimum: fc.integer({ min: 1, max: 0x7fff_ffff }), maximum: fc.nat() },
    { requiredKeys: ["base"], noNullPrototype: true },
  );
  const lists = fc.tuple(fc.array(subtree, { maxLength: 5 }), fc.array(subtree, { minLength: 1, maxLength: 5 }));
  fc.assert(
    fc.property(lists, ([permitted, excluded]) => {
      const constraints = { permitted, excluded } as NameConstraints;
      assert.deepEqual(parseNameConstraints(encodeNameConstraints(constraints)), constraints);
    }),
  );
});
