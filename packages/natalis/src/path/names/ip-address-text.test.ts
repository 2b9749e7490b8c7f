// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { isIP } from "node:net";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { fromHex, toHex } from "../../kernel/index.ts";
import { parseIpAddress } from "./ip-address-text.ts";

describe("addresses", () => {
  for (const [text, octets] of [
    ["0.0.0.0", "00000000"],
    ["192.0.2.1", "c0000201"],
    ["255.255.255.255", "ffffffff"],
    ["::", "00000000000000000000000000000000"],
    ["::1", "00000000000000000000000000000001"],
    ["1::", "00010000000000000000000000000000"],
    ["2001:db8::1", "20010db8000000000000000000000001"],
    ["2001:DB8:0:0:8:800:200C:417A", "20010db80000000000080800200c417a"],
    ["2001:0db8::0001", "20010db8000000000000000000000001"],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
    ["::2:3:4:5:6:7:8", "00000002000300040005000600070008"],
    ["::ffff:192.0.2.1", "00000000000000000000ffffc0000201"],
    ["::192.0.2.1", "000000000000000000000000c0000201"],
    ["64:ff9b::192.0.2.33", "0064ff9b0000000000000000c0000221"],
    ["1:2:3:4:5:6:192.0.2.1", "000100020003000400050006c0000201"],
  ] as const)
    test(text, () => assert.deepEqual(parseIpAddress(text), fromHex(octets)));
});

describe("no addresses", () => {
  for (const text of [
    "",
    "192.0.2",
    "192.0.2.1.1",
    "192.0.2.256",
    "192.0.02.1",
    "0xc0.0.2.1",
    "192.0.2.1 ",
    "192.0.2.1/32",
    "3221225985",
    "192.0.2.",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "1:2:3:4::5:6:7:8",
    ":1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7:8:",
    ":1::2",
    "1::2:",
    "::12345",
    "::g",
    "[::1]",
    "fe80::1%eth0",
    "::1/128",
    "192.0.2.1::",
    "::192.0.2.1:1",
    "1:2:3:4:5:6:7:192.0.2.1",
    "::192.0.2.300",
    "example.com",
  ])
    test(JSON.stringify(text), () => assert.equal(parseIpAddress(text), undefined));
});

test("property: addresses of RFC 4291 come back as their octets", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      assert.equal(parseIpAddress(text)?.length, isIP(text) === 4 ? 4 : 16);
    }),
  );
  const groups = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(groups, (octets) => {
      const text = (toHex(octets).match(/.{4}/g) ?? []).join(":");
      assert.deepEqual(parseIpAddress(text), octets);
    }),
  );
});

test("property: any text is an address to Node as well, or none here", () => {
  const text = fc.array(fc.constantFrom("::", ":", ".", "1", "ff", "255", "0", "192.0.2.1"), { maxLength: 12 });
  fc.assert(
    fc.property(text, (parts) => {
      const octets = parseIpAddress(parts.join(""));
      if (octets !== undefined) assert.equal(isIP(parts.join("")), octets.length === 4 ? 4 : 6);
    }),
    { numRuns: 2000 },
  );
});
