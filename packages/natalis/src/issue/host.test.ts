// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import { fromHex } from "../kernel/index.ts";
import { parseHost } from "./host.ts";

for (const name of ["localhost", "registrar.example", "a-b.c1.example", "1a.example"])
  test(`${name} is a DNS name`, () => assert.deepEqual(parseHost(name), { kind: "dns", value: name }));

const addresses: readonly [string, string][] = [
  ["127.0.0.1", "7f000001"],
  ["255.255.255.255", "ffffffff"],
  ["0.0.0.0", "00000000"],
  ["::1", "00000000000000000000000000000001"],
  ["::", "00000000000000000000000000000000"],
  ["2001:db8::A", "20010db800000000000000000000000a"],
  ["2001:db8:1:2:3:4:5:6", "20010db8000100020003000400050006"],
  ["fe80::", "fe800000000000000000000000000000"],
  ["::ffff:192.0.2.1", "00000000000000000000ffffc0000201"],
];
for (const [text, octets] of addresses)
  test(`${text} is an IP address`, () => assert.deepEqual(parseHost(text), { kind: "ip", value: fromHex(octets) }));

const refused = [
  "",
  "a b",
  "UPPER.example",
  "*.example",
  "-a.example",
  "a-.example",
  "a..example",
  "a.example.",
  "ä.example",
  `${"a".repeat(64)}.example`,
  `${"a.".repeat(127)}example`,
  "256.1.1.1",
  "1.2.3",
  "1.2.3.4.5",
  "01.2.3.4",
  ":::",
  "1::2::3",
  "fe80::1%eth0",
  "[::1]",
  "12345::",
];
for (const host of refused)
  test(`refused: ${JSON.stringify(host.slice(0, 30))}`, () =>
    assert.throws(() => parseHost(host), { code: "NAT_ISSUE_FACTS" }));
