// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { decodeOid, oidContent } from "./object-identifier.ts";

const refused = (error: unknown) => isNatalisError(error, "NAT_DER_OID");

const known: readonly [text: string, content: string][] = [
  ["0.0", "00"],
  ["0.39", "27"],
  ["1.0", "28"],
  ["1.39", "4f"],
  ["2.0", "50"],
  ["2.5.4.3", "550403"],
  ["2.47", "7f"],
  ["2.48", "8100"],
  ["2.100.3", "813403"],
  ["2.999.3", "883703"],
  ["1.2.840.113549", "2a864886f70d"],
  ["1.3.6.1.4.1.32473.1", "2b0601040181fd5901"],
  ["2.16.840.1.101.3.4.3.17", "608648016503040311"],
  ["1.2.9007199254740991", "2a8fffffffffffff7f"],
  ["1.2.9007199254740993", "2a9080808080808001"],
  ["2.25.329800735698586629295641978511506172918", "6983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776"],
];

describe("known encodings, both ways", () => {
  for (const [text, content] of known)
    test(text, () => {
      assert.equal(decodeOid(fromHex(content)), text);
      assert.equal(toHex(oidContent(text)), content);
    });
});

describe("refused as content", () => {
  for (const [name, content] of [
    ["nothing", ""],
    ["an arc that begins with padding", "2a8003"],
    ["a first arc that begins with padding", "8001"],
    ["a last arc that does not end", "2a83"],
    ["more than 256 octets", "2a".padEnd(2 * 257, "01")],
  ] as const)
    test(name, () => assert.throws(() => decodeOid(fromHex(content)), refused));
});

describe("refused as text", () => {
  for (const text of ["", "1", "1.", ".1", "3.1", "1.40", "0.40", "1.02", "1.-2", "1.2 ", "1.2\n", "one.two", "1..2"])
    test(JSON.stringify(text), () => assert.throws(() => oidContent(text), refused));
  test("more than 256 octets", () => assert.throws(() => oidContent(`1.2${".1".repeat(300)}`), refused));
  test("more text than is looked at", () => assert.throws(() => oidContent(`1.2${".1".repeat(3000)}`), refused));
});

test("content of 256 octets is the longest, both ways", () => {
  const text = `1.2${".1".repeat(255)}`;
  assert.equal(oidContent(text).length, 256);
  assert.equal(decodeOid(oidContent(text)), text);
  assert.throws(() => oidContent(`${text}.1`), refused);
  // One arc of 255 octets has more digits than are looked at; one that just fits them is written.
  const largest = `1.2.${"9".repeat(1020)}`;
  assert.equal(largest.length, 1024);
  assert.throws(() => oidContent(largest), refused);
  const fits = `1.2.${"9".repeat(537)}`;
  assert.equal(decodeOid(oidContent(fits)), fits);
});

test("property: every identifier comes back", () => {
  const arc = fc.oneof(fc.nat(200), fc.bigInt({ min: 0n, max: 1n << 128n }));
  const first = fc.oneof(
    fc.tuple(fc.constantFrom(0, 1), fc.nat(39)).map(([a, b]) => `${a}.${b}`),
    arc.map((b) => `2.${b}`),
  );
  fc.assert(
    fc.property(first, fc.array(arc, { maxLength: 10 }), (start, rest) => {
      const text = [start, ...rest].join(".");
      assert.equal(decodeOid(oidContent(text)), text);
    }),
  );
});

test("property: content that is accepted is what its text is written as", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), (content) => {
      let text: string;
      try {
        text = decodeOid(content);
      } catch (error) {
        assert.ok(refused(error));
        return;
      }
      assert.deepEqual(oidContent(text), content);
    }),
    { numRuns: 500 },
  );
});
