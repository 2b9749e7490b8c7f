// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isHostName, lowerCaseAscii } from "./host-name.ts";

const label63 = "a".repeat(63);

describe("host names", () => {
  for (const name of [
    "a",
    "localhost",
    "example.com",
    "WWW.Example.com",
    "1.example",
    "3com.com",
    "xn--bcher-kva.example",
    "a-b.c--d",
    "1.168.192.in-addr.arpa",
    "my_device.local",
    "_dmarc.example.com",
    `${label63}.${label63}.${label63}.${"a".repeat(61)}`,
  ])
    test(name, () => assert.ok(isHostName(name)));
});

describe("no host names", () => {
  for (const [what, name] of [
    ["nothing", ""],
    ["a dot", "."],
    ["a dot before", ".example.com"],
    ["a dot behind", "example.com."],
    ["an empty label", "a..b"],
    ["a hyphen at the start of a label", "a.-b"],
    ["a hyphen at the end of a label", "a-.b"],
    ["a label of 64", `${label63}a.b`],
    ["254 characters", `${label63}.${label63}.${label63}.${"a".repeat(62)}`],
    ["a wildcard", "*.example.com"],
    ["a space", "a b"],
    ["a line's end", "a.b\n"],
    ["a letter beyond ASCII", "b\u00fccher.example"],
    ["an IPv4 address", "192.0.2.1"],
    ["a number", "1"],
    ["a number for the last label", "a.1"],
    ["an IPv6 address", "::1"],
    ["a port", "a.b:80"],
  ] as const)
    test(what, () => assert.ok(!isHostName(name)));
});

test("only letters of ASCII are put in lower case", () => {
  assert.equal(lowerCaseAscii("AZ\u00c4\u212a[az"), "az\u00c4\u212a[az");
});
