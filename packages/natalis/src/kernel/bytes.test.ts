// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  beginWith,
  compareBytes,
  concatBytes,
  decodeUtf8,
  encodeUtf8,
  equalBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  toBase64,
  toBase64Url,
  toHex,
} from "./bytes.ts";

const bytes = fc.uint8Array({ maxLength: 200 });

test("concatBytes joins in order and copies", () => {
  const part = Uint8Array.of(1, 2);
  const joined = concatBytes(part, new Uint8Array(0), Uint8Array.of(3));
  part[0] = 9;
  assert.deepEqual(joined, Uint8Array.of(1, 2, 3));
  assert.deepEqual(concatBytes(), new Uint8Array(0));
});

test("equalBytes is equality of contents", () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      assert.equal(equalBytes(a, Uint8Array.from(a)), true);
      assert.equal(equalBytes(a, b), Buffer.from(a).equals(b));
    }),
  );
  assert.equal(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0)), false);
});

test("beginWith is equality of the first bytes", () => {
  fc.assert(
    fc.property(bytes, fc.uint8Array({ maxLength: 3 }), (value, other) => {
      for (let length = 0; length <= value.length; length++) assert.ok(beginWith(value, value.subarray(0, length)));
      assert.equal(beginWith(value, other), equalBytes(value.subarray(0, other.length), other));
      assert.equal(beginWith(value, concatBytes(value, Uint8Array.of(0))), false);
    }),
  );
});

test("compareBytes orders as Buffer.compare does", () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      assert.equal(Math.sign(compareBytes(a, b)), Buffer.compare(a, b));
    }),
  );
});

test("hex, base64 and base64url round trip and agree with Buffer", () => {
  fc.assert(
    fc.property(bytes, (value) => {
      const buffer = Buffer.from(value);
      assert.equal(toHex(value), buffer.toString("hex"));
      assert.equal(toBase64(value), buffer.toString("base64"));
      assert.equal(toBase64Url(value), buffer.toString("base64url"));
      assert.deepEqual(fromHex(toHex(value)), value);
      assert.deepEqual(fromBase64(toBase64(value)), value);
      assert.deepEqual(fromBase64Url(toBase64Url(value)), value);
    }),
  );
});

test("base64 of more bytes than a call takes arguments", () => {
  const large = new Uint8Array(300_000).fill(0xa5);
  assert.deepEqual(fromBase64(toBase64(large)), large);
});

for (const text of ["0", "0g", "AB", " 00", "00 "])
  test(`not hex: ${JSON.stringify(text)}`, () => {
    assert.throws(() => fromHex(text), { code: "NAT_BYTES_HEX" });
  });

const badBase64 = ["A", "AA", "AAA", "AA=A", "A===", "AAAA=", "AB==", "AAB=", "AA==\n", " AAA", "AA-_", "===="];
for (const text of badBase64)
  test(`not canonical base64: ${JSON.stringify(text)}`, () => {
    assert.throws(() => fromBase64(text), { code: "NAT_BYTES_BASE64" });
  });

for (const text of ["A", "AB", "AAB", "AA==", "AA+/", "A A"])
  test(`not canonical base64url: ${JSON.stringify(text)}`, () => {
    assert.throws(() => fromBase64Url(text), { code: "NAT_BYTES_BASE64" });
  });

test("UTF-8 round trips, a byte order mark included", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
      (text) => {
        assert.equal(decodeUtf8(encodeUtf8(text)), text);
      },
    ),
  );
  assert.equal(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41)), "\uFEFFA");
});

const badUtf8: readonly (readonly [string, readonly number[]])[] = [
  ["a lone continuation byte", [0x80]],
  ["an overlong form", [0xc0, 0x80]],
  ["a surrogate", [0xed, 0xa0, 0x80]],
  ["beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
  ["a cut sequence", [0xe2, 0x82]],
];
for (const [title, octets] of badUtf8)
  test(`not UTF-8: ${title}`, () => {
    assert.throws(() => decodeUtf8(Uint8Array.from(octets)), { code: "NAT_BYTES_UTF8" });
  });
