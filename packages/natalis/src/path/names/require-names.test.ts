// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  encodeIa5String,
  encodeInteger,
  encodeName,
  encodeOid,
  encodeSequence,
  encodeSetOf,
  encodeUtf8String,
  type GeneralName,
  hardwareModuleGeneralName,
  type NameAttributeInput,
  oids,
  parseName,
  permanentIdentifierGeneralName,
  smtpUtf8MailboxGeneralName,
} from "../../formats/index.ts";
import { encodeUtf8, fromHex, isNatalisError } from "../../kernel/index.ts";
import type { CertificateNames } from "./certificate-names.ts";
import type { ExpectedName } from "./expected-name.ts";
import { requireNames } from "./require-names.ts";

const text = (kind: "dns" | "email" | "uri") => (value: string) => ({ kind, value }) as const;
const [dns, email, uri] = [text("dns"), text("email"), text("uri")];
const ip = (hex: string) => ({ kind: "ip", value: fromHex(hex) }) as const;
const other = (oid: string, value: Uint8Array) => ({ kind: "otherName", oid, value }) as const;

const subjectOf = (...attributes: (readonly [oid: string, value: string])[]) =>
  parseName(encodeName(attributes.map(([oid, value]): NameAttributeInput => ({ oid, value }))));
const titled = (...subjectAltName: GeneralName[]): CertificateNames => ({ subject: subjectOf(), subjectAltName });
const withSerial = (...values: string[]): CertificateNames => ({
  subject: subjectOf(...values.map((value) => [oids.serialNumber, value] as const)),
  subjectAltName: undefined,
});

function outcome(names: CertificateNames, ...expected: ExpectedName[]): "yes" | "no" | "form" {
  try {
    requireNames(names, expected);
    return "yes";
  } catch (error) {
    if (isNatalisError(error, "NAT_PATH_NAME")) return "no";
    if (isNatalisError(error, "NAT_PATH_NAME_FORM")) return "form";
    throw error;
  }
}

type Case = readonly [what: string, expected: ExpectedName, names: CertificateNames, outcome: "yes" | "no"];

function compare(cases: readonly Case[]): void {
  for (const [what, expected, names, wanted] of cases)
    test(`${what}: ${wanted}`, () => assert.equal(outcome(names, expected), wanted));
}

describe("dns", () =>
  compare([
    ["the name", { dns: "device.example.com" }, titled(dns("device.example.com")), "yes"],
    ["either case", { dns: "DEVICE.example.com" }, titled(dns("device.EXAMPLE.com")), "yes"],
    ["one of several", { dns: "b.example" }, titled(dns("a.example"), email("a@b"), dns("b.example")), "yes"],
    ["an A-label", { dns: "xn--bcher-kva.example" }, titled(dns("XN--bcher-kva.example")), "yes"],
    ["an underscore", { dns: "my_device.local" }, titled(dns("my_device.local")), "yes"],
    ["another name", { dns: "example.com" }, titled(dns("example.org")), "no"],
    ["a name below", { dns: "example.com" }, titled(dns("www.example.com")), "no"],
    ["a name above", { dns: "www.example.com" }, titled(dns("example.com")), "no"],
    ["a dot behind", { dns: "example.com" }, titled(dns("example.com.")), "no"],
    ["another form", { dns: "example.com" }, titled(uri("https://example.com"), email("example.com")), "no"],
    ["no alternative names", { dns: "example.com" }, { subject: subjectOf(), subjectAltName: undefined }, "no"],
    [
      "the common name (RFC 9525 2)",
      { dns: "example.com" },
      { subject: subjectOf([oids.commonName, "example.com"]), subjectAltName: undefined },
      "no",
    ],
    ["a wildcard, not asked for", { dns: "www.example.com" }, titled(dns("*.example.com")), "no"],
  ]));

describe("dns, with wildcards in the left-most label (RFC 9525 6.3)", () => {
  const wild = (name: string) => ({ dns: name, wildcard: "left-most label" }) as const;
  compare([
    ["one label", wild("www.example.com"), titled(dns("*.Example.com")), "yes"],
    ["the name itself", wild("www.example.com"), titled(dns("www.example.com")), "yes"],
    ["an A-label", wild("xn--bcher-kva.example.com"), titled(dns("*.example.com")), "yes"],
    ["no label", wild("example.com"), titled(dns("*.example.com")), "no"],
    ["two labels", wild("a.b.example.com"), titled(dns("*.example.com")), "no"],
    ["a part of a label", wild("baz.example.com"), titled(dns("ba*.example.com")), "no"],
    ["a part of an A-label", wild("xn--bliss-1b3c148a.example.com"), titled(dns("xn--*-1b3c148a.example.com")), "no"],
    ["another label", wild("foo.bar.example.com"), titled(dns("foo.*.example.com")), "no"],
    ["two wildcards", wild("foo.bar.example.com"), titled(dns("*.*.example.com")), "no"],
    ["a wildcard alone", wild("localhost"), titled(dns("*")), "no"],
    ["everything below one label", wild("example.com"), titled(dns("*.com")), "no"],
  ]);
});

describe("ip", () =>
  compare([
    ["an IPv4 address", { ip: "192.0.2.1" }, titled(ip("c0000201")), "yes"],
    ["an IPv6 address", { ip: "2001:DB8::1" }, titled(ip("20010db8000000000000000000000001")), "yes"],
    ["another address", { ip: "192.0.2.1" }, titled(ip("c0000202")), "no"],
    ["IPv4 in IPv6", { ip: "::ffff:192.0.2.1" }, titled(ip("c0000201")), "no"],
    ["IPv6 around IPv4", { ip: "192.0.2.1" }, titled(ip("00000000000000000000ffffc0000201")), "no"],
    ["a dNSName of that text", { ip: "192.0.2.1" }, titled(dns("192.0.2.1")), "no"],
    ["a wildcard", { ip: "192.0.2.1" }, titled(dns("*.0.2.1")), "no"],
  ]));

describe("email", () => {
  const international = smtpUtf8MailboxGeneralName({ localPart: "\u7528\u6237", host: "example.com" });
  compare([
    ["the mailbox", { email: "root@example.com" }, titled(email("root@example.com")), "yes"],
    ["the host in another case", { email: "root@EXAMPLE.com" }, titled(email("root@Example.COM")), "yes"],
    ["in quotes", { email: '"a b"@example.com' }, titled(email('"a b"@example.com')), "yes"],
    ["the local part in another case (7.5)", { email: "root@example.com" }, titled(email("Root@example.com")), "no"],
    ["another host", { email: "root@example.com" }, titled(email("root@example.org")), "no"],
    ["a host alone", { email: "root@example.com" }, titled(email("example.com")), "no"],
    ["needless quotes", { email: "root@example.com" }, titled(email('"root"@example.com')), "no"],
    ["a dNSName", { email: "root@example.com" }, titled(dns("root@example.com")), "no"],
    ["beyond ASCII", { email: "\u7528\u6237@Example.com" }, titled(international), "yes"],
    ["beyond ASCII, another", { email: "\u7528@example.com" }, titled(international), "no"],
    [
      "ASCII in the form that is for others (RFC 9598 5)",
      { email: "root@example.com" },
      titled(other(oids.smtpUtf8Mailbox, encodeUtf8String("root@example.com"))),
      "no",
    ],
    [
      "emailAddress of the subject",
      { email: "root@example.com" },
      { subject: subjectOf([oids.emailAddress, "root@example.com"]), subjectAltName: undefined },
      "no",
    ],
  ]);
});

describe("uri", () =>
  compare([
    ["the URI", { uri: "urn:uuid:0190" }, titled(uri("urn:uuid:0190")), "yes"],
    [
      "scheme and host in another case",
      { uri: "HTTPS://Host.Example/A" },
      titled(uri("https://host.example/A")),
      "yes",
    ],
    ["the port", { uri: "https://host.example:443/" }, titled(uri("https://HOST.example:443/")), "yes"],
    ["the path in another case", { uri: "https://host.example/A" }, titled(uri("https://host.example/a")), "no"],
    ["a urn in another case", { uri: "urn:uuid:019a" }, titled(uri("urn:uuid:019A")), "no"],
    ["the user in another case", { uri: "https://a@host.example" }, titled(uri("https://A@host.example")), "no"],
    ["a slash more", { uri: "https://host.example" }, titled(uri("https://host.example/")), "no"],
    ["the default port", { uri: "https://host.example:443" }, titled(uri("https://host.example")), "no"],
    ["percent encoding", { uri: "https://host.example/a" }, titled(uri("https://host.example/%61")), "no"],
    ["dots in the path", { uri: "https://host.example/a" }, titled(uri("https://host.example/b/../a")), "no"],
    ["no scheme", { uri: "https://host.example" }, titled(uri("//host.example")), "no"],
  ]));

describe("serialNumber (IEEE 802.1AR)", () => {
  const foreign = encodeSequence(encodeOid(oids.serialNumber), encodeInteger(5));
  compare([
    ["the attribute", { serialNumber: "SN-1" }, withSerial("SN-1"), "yes"],
    ["another", { serialNumber: "SN-1" }, withSerial("SN-2"), "no"],
    ["another case", { serialNumber: "SN-1" }, withSerial("sn-1"), "no"],
    ["none", { serialNumber: "SN-1" }, withSerial(), "no"],
    ["two", { serialNumber: "SN-1" }, withSerial("SN-1", "SN-2"), "no"],
    ["the same twice", { serialNumber: "SN-1" }, withSerial("SN-1", "SN-1"), "no"],
    [
      "no string",
      { serialNumber: "#020105" },
      { subject: parseName(encodeSequence(encodeSetOf([foreign]))), subjectAltName: undefined },
      "no",
    ],
  ]);
});

describe("hardwareModule (RFC 4108 5)", () => {
  const name = { type: "1.3.6.1.4.1.32473.4.7", serialNumber: encodeUtf8("SN-1") };
  compare([
    ["the name", { hardwareModule: name }, titled(hardwareModuleGeneralName(name)), "yes"],
    ["another type", { hardwareModule: { ...name, type: "1.2.3" } }, titled(hardwareModuleGeneralName(name)), "no"],
    [
      "another unit",
      { hardwareModule: { ...name, serialNumber: encodeUtf8("SN-10") } },
      titled(hardwareModuleGeneralName(name)),
      "no",
    ],
    ["another form", { hardwareModule: name }, withSerial("SN-1"), "no"],
    ["a malformed one", { hardwareModule: name }, titled(other(oids.hardwareModuleName, fromHex("3000"))), "no"],
  ]);
});

describe("permanentIdentifier (RFC 4043)", () => {
  const assigner = "1.2.3";
  const presented = (...args: Parameters<typeof permanentIdentifierGeneralName>) =>
    permanentIdentifierGeneralName(...args);
  const withoutValue = (serial: string[], identifier: { assigner?: string } = {}): CertificateNames => ({
    ...withSerial(...serial),
    subjectAltName: [presented(identifier)],
  });
  compare([
    [
      "value and assigner",
      { permanentIdentifier: { value: "A", assigner } },
      titled(presented({ value: "A", assigner })),
      "yes",
    ],
    ["value alone", { permanentIdentifier: { value: "A" } }, titled(presented({ value: "A" })), "yes"],
    ["an assigner more", { permanentIdentifier: { value: "A" } }, titled(presented({ value: "A", assigner })), "no"],
    ["an assigner less", { permanentIdentifier: { value: "A", assigner } }, titled(presented({ value: "A" })), "no"],
    [
      "another assigner",
      { permanentIdentifier: { value: "A", assigner: "1.2.4" } },
      titled(presented({ value: "A", assigner })),
      "no",
    ],
    ["another value", { permanentIdentifier: { value: "a" } }, titled(presented({ value: "A" })), "no"],
    ["the value in the subject", { permanentIdentifier: { value: "A" } }, withoutValue(["A"]), "yes"],
    [
      "the value in the subject, with assigner",
      { permanentIdentifier: { value: "A", assigner } },
      withoutValue(["A"], { assigner }),
      "yes",
    ],
    ["another value in the subject", { permanentIdentifier: { value: "A" } }, withoutValue(["B"]), "no"],
    ["two values in the subject", { permanentIdentifier: { value: "A" } }, withoutValue(["A", "B"]), "no"],
    ["no value anywhere", { permanentIdentifier: { value: "A" } }, withoutValue([]), "no"],
    [
      "its own value, not the subject's",
      { permanentIdentifier: { value: "A" } },
      { ...withSerial("A"), subjectAltName: [presented({ value: "B" })] },
      "no",
    ],
    [
      "a malformed one",
      { permanentIdentifier: { value: "A" } },
      { ...withSerial("A"), subjectAltName: [other(oids.permanentIdentifier, encodeIa5String("A"))] },
      "no",
    ],
  ]);
});

describe("expected names that none can have", () => {
  const everything = titled(dns("*.example.com"), dns("*"), email("*@b"), uri("a:*"));
  for (const [what, expected] of [
    ["a pattern for a host", { dns: "*.example.com" }],
    ["a regular expression", { dns: ".*" }],
    ["an empty host", { dns: "" }],
    ["a dot behind the host", { dns: "example.com." }],
    ["a U-label", { dns: "b\u00fccher.example" }],
    ["an address for a host", { dns: "192.0.2.1" }],
    ["a URL for a host", { dns: "https://example.com" }],
    ["a wildcard in another place", { dns: "a.b.c", wildcard: "any" }],
    ["a wildcard for an address", { ip: "192.0.2.1", wildcard: "left-most label" }],
    ["a range", { ip: "192.0.2.0/24" }],
    ["a leading zero", { ip: "192.0.2.01" }],
    ["a zone", { ip: "fe80::1%1" }],
    ["a host for an address", { ip: "example.com" }],
    ["a host for a mailbox", { email: "example.com" }],
    ["two @", { email: "a@b@c" }],
    ["a mailbox of a U-label", { email: "a@b\u00fccher.example" }],
    ["a mailbox of a lone surrogate", { email: "\ud800@b" }],
    ["a relative URI", { uri: "/a" }],
    ["a scheme alone", { uri: "urn:" }],
    ["a URI beyond ASCII", { uri: "https://b\u00fccher.example" }],
    ["a URI with a space", { uri: "urn:a b" }],
    ["an empty serial number", { serialNumber: "" }],
    ["a module of no type", { hardwareModule: { type: "", serialNumber: Uint8Array.of(1) } }],
    ["an empty permanent identifier", { permanentIdentifier: { value: "" } }],
    ["an assigner that is no OID", { permanentIdentifier: { value: "A", assigner: "maker" } }],
    ["nothing", {}],
    ["two forms", { dns: "a.b", ip: "192.0.2.1" }],
    ["another form", { commonName: "a" }],
  ] as readonly (readonly [string, ExpectedName])[])
    test(what, () => assert.equal(outcome(everything, expected), "form"));
});

describe("several expected names", () => {
  const names = titled(dns("a.example"), ip("c0000201"));
  for (const [what, expected, wanted] of [
    ["none", [], "yes"],
    ["all there", [{ dns: "a.example" }, { ip: "192.0.2.1" }], "yes"],
    ["one missing", [{ dns: "a.example" }, { dns: "b.example" }], "no"],
    ["one malformed, behind one that is missing", [{ dns: "b.example" }, { dns: "" }], "form"],
  ] as const)
    test(what, () => assert.equal(outcome(names, ...expected), wanted));
});

test("the refusal names what was expected", () => {
  assert.throws(
    () => requireNames(titled(dns("a.example")), [{ dns: "b.example" }]),
    (error) => isNatalisError(error, "NAT_PATH_NAME") && error.detail === 'dns "b.example" is not among its names',
  );
});

test("property: whatever certificates say, a name is found exactly where it stands", () => {
  const host = fc.domain();
  fc.assert(
    fc.property(host, fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 20 }), (expected, presented) => {
      assert.equal(
        outcome(titled(dns(presented)), { dns: expected }) === "yes",
        presented.toLowerCase() === expected.toLowerCase(),
      );
      assert.equal(outcome(titled(dns(presented), dns(expected)), { dns: expected }), "yes");
    }),
  );
});
