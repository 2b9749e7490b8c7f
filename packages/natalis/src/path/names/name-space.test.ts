// SPDX-License-Identifier: Apache-2.0
// Each form of names against permitted and excluded subtrees: which names are in the space, and which refuse.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  encodeHardwareModuleName,
  encodeIa5String,
  encodeName,
  encodeUtf8String,
  type GeneralName,
  type GeneralSubtree,
  type NameAttributeInput,
  oids,
  parseName,
  type SubtreeBase,
} from "../../formats/index.ts";
import { fromHex, isNatalisError } from "../../kernel/index.ts";
import type { CertificateNames } from "./certificate-names.ts";
import { NameSpace } from "./name-space.ts";

const unlimited = { spend: () => undefined };

const name = (...attributes: (readonly [oid: string, value: string])[]) =>
  parseName(encodeName(attributes.map(([oid, value]): NameAttributeInput => ({ oid, value }))));
const { organizationName: o, commonName: cn, emailAddress } = oids;

const text = (kind: "dns" | "email" | "uri") => (value: string) => ({ kind, value }) as const;
const [dns, email, uri] = [text("dns"), text("email"), text("uri")];
const directory = (...attributes: (readonly [oid: string, value: string])[]) =>
  ({ kind: "directoryName", value: name(...attributes) }) as const;
const ip = (hex: string) => ({ kind: "ip", value: fromHex(hex) }) as const;
const range = (address: string, mask: string) =>
  ({ kind: "ip", address: fromHex(address), mask: fromHex(mask) }) as const;
const other = (oid: string, value: Uint8Array) => ({ kind: "otherName", oid, value }) as const;
const srv = (value: string) => other(oids.dnsSrv, encodeIa5String(value));
const mailbox = (value: string) => other(oids.smtpUtf8Mailbox, encodeUtf8String(value));

const titled = (...alternatives: GeneralName[]): CertificateNames => ({
  subject: name(),
  subjectAltName: alternatives,
});
const subtrees = (...bases: SubtreeBase[]): GeneralSubtree[] => bases.map((base) => ({ base }));
const permitting = (...bases: SubtreeBase[]) =>
  NameSpace.unconstrained.narrowedBy({ permitted: subtrees(...bases), excluded: [] });
const excluding = (...bases: SubtreeBase[]) =>
  NameSpace.unconstrained.narrowedBy({ permitted: [], excluded: subtrees(...bases) });

function isIn(space: NameSpace, names: CertificateNames): boolean {
  try {
    space.check(names, unlimited);
    return true;
  } catch (error) {
    if (isNatalisError(error, "NAT_PATH_NAME_CONSTRAINTS")) return false;
    throw error;
  }
}

/** One base, one name: "in" it, "out" of it, or "no" comparing: that is refused whether it is permitted or excluded. */
type Case = readonly [what: string, base: SubtreeBase, names: CertificateNames, outcome: "in" | "out" | "no"];

function compare(cases: readonly Case[]): void {
  for (const [what, base, names, outcome] of cases)
    test(`${what}: ${outcome}`, () => {
      assert.equal(isIn(permitting(base), names), outcome === "in", "permitted");
      assert.equal(isIn(excluding(base), names), outcome === "out", "excluded");
    });
}

describe("dNSName", () =>
  compare([
    ["the name", dns("example.com"), titled(dns("example.com")), "in"],
    ["the name in another case", dns("Example.com"), titled(dns("EXAMPLE.com")), "in"],
    ["one label more", dns("example.com"), titled(dns("www.example.com")), "in"],
    ["three labels more", dns("example.com"), titled(dns("a.b.c.example.com")), "in"],
    ["letters more", dns("example.com"), titled(dns("notexample.com")), "out"],
    ["a label less", dns("host.example.com"), titled(dns("example.com")), "out"],
    ["the name at the front", dns("example.com"), titled(dns("example.com.org")), "out"],
    ["an underscore", dns("example.com"), titled(dns("my_device.example.com")), "in"],
    ["every name", dns(""), titled(dns("example.com")), "in"],
    ["every name, and a wildcard", dns(""), titled(dns("*.example.com")), "in"],
    ["a wildcard below", dns("example.com"), titled(dns("*.Example.com")), "in"],
    ["a wildcard elsewhere", dns("example.com"), titled(dns("*.example.org")), "out"],
    ["a wildcard far above", dns("a.b.example.com"), titled(dns("*.example.com")), "out"],
    ["a subtree behind a period, the name itself", dns(".example.com"), titled(dns("example.com")), "out"],
    ["a subtree behind a period, below it", dns(".example.com"), titled(dns("www.Example.com")), "in"],
    ["a subtree behind a period, a wildcard", dns(".example.com"), titled(dns("*.example.com")), "in"],
    ["a subtree behind a period, a wildcard above", dns(".a.example.com"), titled(dns("*.example.com")), "out"],
    ["a dot before", dns("example.com"), titled(dns(".example.com")), "no"],
    ["a dot behind", dns("example.com"), titled(dns("www.example.com.")), "no"],
    ["an empty label", dns("example.com"), titled(dns("a..example.com")), "no"],
    ["half a wildcard", dns("example.com"), titled(dns("w*.example.com")), "no"],
    ["a wildcard inside", dns("example.com"), titled(dns("a.*.example.com")), "no"],
    ["a wildcard alone", dns("example.com"), titled(dns("*")), "no"],
    ["an address", dns("example.com"), titled(dns("192.0.2.1")), "no"],
    ["a space", dns("example.com"), titled(dns("a b.example.com")), "no"],
  ]));

test("a wildcard that stands for a name inside and for others is neither permitted nor not excluded", () => {
  const names = titled(dns("*.example.com"));
  assert.ok(!isIn(permitting(dns("foo.example.com")), names));
  assert.ok(!isIn(excluding(dns("foo.example.com")), names), "CVE-2025-61727");
  assert.ok(!isIn(excluding(dns("FOO.example.com")), names));
});

describe("rfc822Name", () =>
  compare([
    ["a mailbox", email("root@example.com"), titled(email("root@EXAMPLE.com")), "in"],
    [
      "a mailbox, local part in another case (7.5)",
      email("root@example.com"),
      titled(email("Root@example.com")),
      "out",
    ],
    ["another mailbox of the host", email("root@example.com"), titled(email("toor@example.com")), "out"],
    ["the mailbox on a host below", email("root@example.com"), titled(email("root@a.example.com")), "out"],
    ["a mailbox of the host", email("Example.com"), titled(email("a@example.com")), "in"],
    ["a mailbox with @ in its quotes", email("example.com"), titled(email('"a@b"@example.com')), "in"],
    ["a mailbox of a host below", email("example.com"), titled(email("a@b.example.com")), "out"],
    ["a mailbox of a host that ends alike", email("example.com"), titled(email("a@notexample.com")), "out"],
    ["a mailbox in the domain", email(".example.com"), titled(email("a@b.c.example.com")), "in"],
    [
      "a mailbox of the host that the domain is named after",
      email(".example.com"),
      titled(email("a@example.com")),
      "out",
    ],
    ["two @", email("example.com"), titled(email("invalid@address@example.com")), "no"],
    ["no @", email("example.com"), titled(email("example.com")), "no"],
    ["quotes without need", email("root@example.com"), titled(email('"root"@example.com')), "no"],
    ["an address literal", email("example.com"), titled(email("a@[192.0.2.1]")), "no"],
  ]));

describe("rfc822Name constraints on SmtpUTF8Mailbox (RFC 9598 6)", () =>
  compare([
    ["a mailbox of the host", email("Example.com"), titled(mailbox("\u7528\u6237@example.com")), "in"],
    ["the host's A-label", email("xn--bcher-kva.example"), titled(mailbox("\u7528@xn--bcher-kva.example")), "in"],
    ["a mailbox in the domain", email(".example.com"), titled(mailbox("\u7528@a.example.com")), "in"],
    ["a mailbox elsewhere", email("example.com"), titled(mailbox("\u7528@example.org")), "out"],
    ["a mailbox in ASCII", email("root@example.com"), titled(mailbox("\u7528@example.com")), "out"],
    ["a U-label", email("example.com"), titled(mailbox("\u7528@b\u00fccher.example")), "no"],
    ["a local part in ASCII", email("example.com"), titled(mailbox("a@example.com")), "no"],
    ["no UTF8String", email("example.com"), titled(other(oids.smtpUtf8Mailbox, encodeIa5String("a@b"))), "no"],
    ["a constraint of its own type, which nothing defines", mailbox("\u7528@a"), titled(mailbox("\u7528@a")), "no"],
  ]));

describe("rfc822Name constraints on the subject's emailAddress (4.2.1.10)", () => {
  const subject = name([o, "Maker"], [emailAddress, "a@example.com"]);
  const malformed = name([emailAddress, "example.com"]);
  compare([
    ["no alternative names", email("example.com"), { subject, subjectAltName: undefined }, "in"],
    ["no alternative names, another host", email("example.org"), { subject, subjectAltName: undefined }, "out"],
    ["no mail address", email("example.com"), { subject: malformed, subjectAltName: undefined }, "no"],
  ]);
  test("not looked at beside alternative names", () => {
    const names = { subject, subjectAltName: [dns("a.b")] };
    assert.ok(isIn(permitting(email("example.org")), names));
    assert.ok(isIn(excluding(email("example.com")), names));
  });
});

describe("URI", () =>
  compare([
    ["the host", uri("host.example.com"), titled(uri("https://HOST.example.com/a?b#c")), "in"],
    ["the host with a port", uri("host.example.com"), titled(uri("https://host.example.com:8443")), "in"],
    ["the host behind a user", uri("host.example.com"), titled(uri("ftp://u:p@host.example.com/")), "in"],
    ["a host below", uri("example.com"), titled(uri("https://host.example.com/")), "out"],
    ["a host in the domain", uri(".example.com"), titled(uri("https://a.host.example.com")), "in"],
    ["the host that the domain is named after", uri(".example.com"), titled(uri("https://example.com")), "out"],
    ["the host for a user", uri("host.example.com"), titled(uri("https://host.example.com@evil.example/")), "out"],
    ["the host in the path", uri("host.example.com"), titled(uri("https://evil.example/host.example.com")), "out"],
    ["the host in the query", uri("host.example.com"), titled(uri("https://evil.example?@host.example.com")), "out"],
    ["a urn", uri("example.com"), titled(uri("urn:uuid:0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000")), "no"],
    ["an IPv4 address", uri("example.com"), titled(uri("https://192.0.2.1/")), "no"],
    ["an IPv6 address", uri("example.com"), titled(uri("https://[2001:db8::1]/")), "no"],
    ["no host", uri("example.com"), titled(uri("file:///etc")), "no"],
    ["no scheme", uri("example.com"), titled(uri("//example.com/")), "no"],
    ["two users", uri("example.com"), titled(uri("https://a@b@example.com/")), "no"],
    [
      "a backslash, which some readers end the host at",
      uri("example.com"),
      titled(uri("https://evil.example\\@example.com/")),
      "no",
    ],
    ["a host in percent encoding", uri("example.com"), titled(uri("https://ex%61mple.com/")), "no"],
    ["a dot behind the host", uri("example.com"), titled(uri("https://example.com./")), "no"],
    ["a port that is none", uri("example.com"), titled(uri("https://example.com:x/")), "no"],
  ]));

describe("iPAddress", () => {
  const documentation = range("c0000200", "ffffff00");
  compare([
    ["the first of a range", documentation, titled(ip("c0000200")), "in"],
    ["the last of a range", documentation, titled(ip("c00002ff")), "in"],
    ["the next one", documentation, titled(ip("c0000300")), "out"],
    ["a range that ends within an octet, inside", range("0a000000", "fff00000"), titled(ip("0a0fffff")), "in"],
    ["a range that ends within an octet, outside", range("0a000000", "fff00000"), titled(ip("0a100000")), "out"],
    ["a range written with one of its addresses", range("c0000207", "ffffff00"), titled(ip("c0000201")), "in"],
    ["one address", range("c0000201", "ffffffff"), titled(ip("c0000201")), "in"],
    ["every IPv4 address", range("00000000", "00000000"), titled(ip("c0000201")), "in"],
    ["an IPv6 address and every IPv4 one", range("00000000", "00000000"), titled(ip("00".repeat(16))), "out"],
    [
      "an IPv6 address in its range",
      range(`20010db8${"00".repeat(12)}`, `ffffffff${"00".repeat(12)}`),
      titled(ip(`20010db8${"ff".repeat(12)}`)),
      "in",
    ],
    ["an IPv4 address and every IPv6 one", range("00".repeat(16), "00".repeat(16)), titled(ip("00000000")), "out"],
  ]);
});

describe("directoryName", () => {
  const line = [
    [o, "Maker"],
    [cn, "Line 1"],
  ] as const;
  const subject = (...attributes: (readonly [string, string])[]): CertificateNames => ({
    subject: name(...attributes),
    subjectAltName: undefined,
  });
  compare([
    ["a subject that begins with it, in another case", directory([o, "MAKER"]), subject(...line), "in"],
    ["the subject itself", directory(...line), subject(...line), "in"],
    ["every subject", directory(), subject(...line), "in"],
    ["another one", directory([o, "Other"]), subject(...line), "out"],
    ["a subject that holds it elsewhere", directory([cn, "Line 1"]), subject(...line), "out"],
    ["a subject that is shorter", directory(...line, [cn, "x"]), subject(...line), "out"],
    ["an alternative name", directory([o, "maker"]), titled(directory(...line)), "in"],
    ["an empty alternative name", directory([o, "maker"]), titled(directory()), "out"],
    ["a subject that cannot be prepared", directory([o, "Maker"]), subject([o, "Maker\ue000"]), "no"],
    ["a subtree that cannot be prepared", directory([o, "Maker\ue000"]), subject([o, "Maker\ue000"]), "no"],
  ]);
  test("both, subject and alternative name, are held to it", () => {
    const mixed = { subject: name([o, "Maker"]), subjectAltName: [directory([o, "Other"])] };
    assert.ok(!isIn(permitting(directory([o, "Maker"])), mixed));
    assert.ok(!isIn(permitting(directory([o, "Other"])), mixed));
    assert.ok(isIn(permitting(directory([o, "Maker"]), directory([o, "Other"])), mixed));
    assert.ok(!isIn(excluding(directory([o, "Other"])), mixed));
  });
  test("an empty subject is no name", () => {
    assert.ok(isIn(permitting(directory([o, "Maker"])), titled(dns("a.b"))));
    assert.ok(isIn(excluding(directory()), titled(dns("a.b"))));
  });
});

describe("SRVName (RFC 4985 4)", () =>
  compare([
    ["the whole name", srv("_mail.example.com"), titled(srv("_MAIL.Example.com")), "in"],
    ["a domain below", srv("_mail.example.com"), titled(srv("_mail.1.example.com")), "in"],
    ["another domain", srv("_mail.example.com"), titled(srv("_mail.example1.com")), "out"],
    ["another service", srv("_mail.example.com"), titled(srv("_ntp.example.com")), "out"],
    ["a service anywhere", srv("_mail"), titled(srv("_mail.example.org")), "in"],
    ["another service anywhere", srv("_mail"), titled(srv("_ntp.example.org")), "out"],
    ["any service of a domain", srv("example.com"), titled(srv("_ntp.a.example.com")), "in"],
    ["any service of another domain", srv("example.com"), titled(srv("_ntp.example.org")), "out"],
    ["a name without a service", srv("example.com"), titled(srv("example.com")), "no"],
    ["a name without a domain", srv("_mail"), titled(srv("_mail")), "no"],
    ["a name with a dot behind", srv("_mail"), titled(srv("_mail.")), "no"],
    ["a name of another type", srv("_mail"), titled(other(oids.dnsSrv, encodeUtf8String("_mail.example.com"))), "no"],
    ["a subtree with a period before it", srv(".example.com"), titled(srv("_mail.example.com")), "no"],
    ["a subtree of no characters", srv(""), titled(srv("_mail.example.com")), "no"],
  ]));

describe("forms that are not understood refuse whoever has such a name", () => {
  const module = encodeHardwareModuleName({ type: "1.2.3", serialNumber: Uint8Array.of(1) });
  const hardware = other(oids.hardwareModuleName, module);
  const unknown = other("1.2.3", fromHex("0500"));
  const registered = { kind: "registeredId", value: "1.2.3" } as const;
  const x400 = { kind: "x400Address", value: fromHex("3000") } as const;
  const edi = { kind: "ediPartyName", value: fromHex("a1020c00") } as const;
  compare([
    ["hardwareModuleName", hardware, titled(hardware), "no"],
    ["an unknown other name", unknown, titled(dns("a.b"), unknown), "no"],
    ["registeredID", registered, titled(registered), "no"],
    ["x400Address", x400, titled(x400), "no"],
    ["ediPartyName", edi, titled(edi), "no"],
  ]);
  for (const base of [hardware, unknown, registered, x400, edi])
    test(`${base.kind}: nobody else`, () => {
      const names = titled(dns("a.b"), other("1.2.4", fromHex("0500")));
      assert.ok(isIn(permitting(base), names));
      assert.ok(isIn(excluding(base), names));
    });
});

describe("a distance from the base is not understood either", () => {
  for (const distance of [{ minimum: 1 }, { maximum: 0 }, { minimum: 0, maximum: 5 }])
    test(JSON.stringify(distance), () => {
      const subtree = { base: dns("example.com"), ...distance };
      const permitted = NameSpace.unconstrained.narrowedBy({ permitted: [subtree], excluded: [] });
      const excluded = NameSpace.unconstrained.narrowedBy({ permitted: [], excluded: [subtree] });
      for (const space of [permitted, excluded]) {
        assert.ok(!isIn(space, titled(dns("example.com"))));
        assert.ok(!isIn(space, titled(dns("example.org"))));
        assert.ok(isIn(space, titled(email("a@example.com"))));
      }
    });
  test("a minimum of 0 is none", () => {
    const subtree = { base: dns("example.com"), minimum: 0 };
    const space = NameSpace.unconstrained.narrowedBy({ permitted: [subtree], excluded: [] });
    assert.ok(isIn(space, titled(dns("example.com"))));
  });
});

describe("several subtrees and several certificates", () => {
  const a = dns("a.example");
  const b = dns("b.example");
  test("one permitted subtree is enough, each name needs one", () => {
    assert.ok(isIn(permitting(a, b), titled(b)));
    assert.ok(isIn(permitting(a, b), titled(a, b)));
    assert.ok(!isIn(permitting(a, b), titled(a, dns("c.example"))));
  });
  test("one excluded subtree is enough to refuse", () => {
    assert.ok(!isIn(excluding(a, b), titled(dns("c.example"), b)));
    assert.ok(isIn(excluding(a, b), titled(dns("c.example"))));
  });
  test("what is excluded is not permitted by anything", () => {
    const both = NameSpace.unconstrained.narrowedBy({ permitted: subtrees(a), excluded: subtrees(a) });
    assert.ok(!isIn(both, titled(a)));
  });
  test("a form that is not mentioned is free", () => {
    assert.ok(isIn(permitting(a), titled(email("x@y"), ip("c0000201"), a)));
    assert.ok(isIn(permitting(a), titled()));
  });
  test("permitted subtrees intersect: example.com and foo.example.com are foo.example.com (6.1.4 g 1)", () => {
    const [wide, narrow] = [dns("example.com"), dns("foo.example.com")];
    for (const space of [
      permitting(wide).narrowedBy({ permitted: subtrees(narrow), excluded: [] }),
      permitting(narrow).narrowedBy({ permitted: subtrees(wide), excluded: [] }),
    ]) {
      assert.ok(isIn(space, titled(dns("a.foo.example.com"))));
      assert.ok(!isIn(space, titled(dns("bar.example.com"))));
    }
  });
  test("permitted subtrees that do not meet leave nothing of their form", () => {
    const space = permitting(a).narrowedBy({ permitted: subtrees(b), excluded: [] });
    for (const each of [a, b, dns("c.example")]) assert.ok(!isIn(space, titled(each)));
    assert.ok(isIn(space, titled(email("x@y"))));
  });
  test("excluded subtrees add up (6.1.4 g 2)", () => {
    const space = excluding(a).narrowedBy({ permitted: [], excluded: subtrees(b) });
    for (const each of [a, b]) assert.ok(!isIn(space, titled(each)));
    assert.ok(isIn(space, titled(dns("c.example"))));
  });
  test("a space is not changed by what narrows it", () => {
    const space = permitting(a, b);
    space.narrowedBy({ permitted: subtrees(b), excluded: subtrees(a) });
    assert.ok(isIn(space, titled(a)));
  });
});
