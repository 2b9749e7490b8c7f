// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeUtf8, isNatalisError } from "../../kernel/index.ts";
import { encodeIa5String, encodeTagLengthValue, encodeUtf8String } from "../der/index.ts";
import {
  encodeSmtpUtf8Mailbox,
  isInternationalMailbox,
  parseMailbox,
  parseSmtpUtf8Mailbox,
  smtpUtf8MailboxGeneralName,
} from "./mailbox.ts";
import { oids } from "./object-identifiers.ts";

describe("mailboxes", () => {
  for (const [text, localPart, host] of [
    ["a@b", "a", "b"],
    ["Root.User@EXAMPLE.com", "Root.User", "example.com"],
    ["o'hara+tag=1@xn--bcher-kva.example", "o'hara+tag=1", "xn--bcher-kva.example"],
    ['"two words"@a.b', '"two words"', "a.b"],
    ['"a@b"@a.b', '"a@b"', "a.b"],
    ['"quote \\" and \\\\"@a.b', '"quote \\" and \\\\"', "a.b"],
    ['""@a.b', '""', "a.b"],
    ["\u7528\u6237@example.com", "\u7528\u6237", "example.com"],
  ] as const)
    test(text, () => assert.deepEqual(parseMailbox(text), { localPart, host }));
});

describe("no mailboxes", () => {
  for (const [what, text] of [
    ["nothing", ""],
    ["no @", "example.com"],
    ["no local part", "@example.com"],
    ["no host", "a@"],
    ["two @", "invalid@invalid@example.com"],
    ["a dot first", ".a@b"],
    ["a dot last", "a.@b"],
    ["two dots", "a..b@c"],
    ["a space without quotes", "a b@c"],
    ["quotes that are not needed, so that two texts would be one mailbox", '"root"@example.com'],
    ["an escape that is not needed", '"a\\b c"@d'],
    ["quotes inside", 'a"b"@c'],
    ["quotes that do not end", '"a b@c'],
    ["a phrase", "Root <root@example.com>"],
    ["a comment", "root(x)@example.com"],
    ["a host with a dot behind", "a@example.com."],
    ["a host that is a wildcard", "a@*.example.com"],
    ["a host beyond ASCII", "a@b\u00fccher.example"],
    ["an address literal", "a@[192.0.2.1]"],
    ["an address", "a@192.0.2.1"],
    ["a control character", "a\u0001@b"],
  ] as const)
    test(what, () => assert.equal(parseMailbox(text), undefined));
});

describe("SmtpUTF8Mailbox (RFC 9598)", () => {
  const mailbox = { localPart: "\u7528\u6237", host: "xn--bcher-kva.example" };

  test("comes back", () => {
    const value = encodeSmtpUtf8Mailbox(mailbox);
    assert.deepEqual(value, encodeUtf8String("\u7528\u6237@xn--bcher-kva.example"));
    assert.deepEqual(parseSmtpUtf8Mailbox(value), mailbox);
    assert.deepEqual(smtpUtf8MailboxGeneralName(mailbox), { kind: "otherName", oid: oids.smtpUtf8Mailbox, value });
    assert.ok(isInternationalMailbox(mailbox));
    assert.ok(!isInternationalMailbox({ localPart: "a", host: "b" }));
  });

  for (const [what, value, code] of [
    ["a local part in ASCII, which is for rfc822Name", encodeUtf8String("a@b"), "NAT_X509_GENERAL_NAME"],
    ["a host in upper case", encodeUtf8String("\u7528@B"), "NAT_X509_GENERAL_NAME"],
    ["a U-label", encodeUtf8String("\u7528@b\u00fccher.example"), "NAT_X509_GENERAL_NAME"],
    ["a byte order mark", encodeUtf8String("\ufeff\u7528@b"), "NAT_X509_GENERAL_NAME"],
    ["no @", encodeUtf8String("\u7528"), "NAT_X509_GENERAL_NAME"],
    ["two @", encodeUtf8String("\u7528@a@b"), "NAT_X509_GENERAL_NAME"],
    ["an IA5String", encodeIa5String("a@b"), "NAT_DER_TAG"],
    ["no UTF-8", encodeTagLengthValue(0x0c, Uint8Array.of(0xff), encodeUtf8("@b")), "NAT_DER_STRING"],
    ["bytes after it", Uint8Array.of(...encodeSmtpUtf8Mailbox(mailbox), 0), "NAT_DER_TRAILING"],
  ] as const)
    test(`refused: ${what}`, () =>
      assert.throws(
        () => parseSmtpUtf8Mailbox(value),
        (error) => isNatalisError(error, code),
      ));

  for (const [what, localPart, host, code] of [
    ["a local part in ASCII", "a", "b", "NAT_X509_GENERAL_NAME"],
    ["a host in upper case", "\u7528", "B", "NAT_X509_GENERAL_NAME"],
    ["an @ in the host", "\u7528", "a@b", "NAT_X509_GENERAL_NAME"],
    ["a lone surrogate", "\ud800", "b", "NAT_DER_STRING"],
  ] as const)
    test(`not written: ${what}`, () =>
      assert.throws(
        () => encodeSmtpUtf8Mailbox({ localPart, host }),
        (error) => isNatalisError(error, code),
      ));
});
