// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Entropy } from "./ports.ts";
import { formatUuid, newUuid, parseUuid } from "./uuid.ts";

const ones: Entropy = { bytes: (length) => new Uint8Array(length).fill(0xff) };
const zeros: Entropy = { bytes: (length) => new Uint8Array(length) };

test("RFC 9562 appendix A.6: the example of version 7", () => {
  // unix_ts_ms 0x017f22e279b0, rand_a 0xcc3, rand_b 0x18c4dc0c0c07398f
  const random = Uint8Array.of(0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f);
  const uuid = newUuid(new Date("2022-02-22T19:22:22Z"), { bytes: () => random });
  assert.equal(formatUuid(uuid), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
});

test("version and variant stand whatever the randomness is", () => {
  for (const entropy of [ones, zeros])
    assert.match(
      formatUuid(newUuid(new Date(1), entropy)),
      /^00000000-0001-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
});

test("later ids sort after earlier ones", () => {
  const time = fc.integer({ min: 0, max: 2 ** 47 });
  fc.assert(
    fc.property(time, time, (a, b) => {
      fc.pre(a < b);
      assert.ok(formatUuid(newUuid(new Date(a), ones)) < formatUuid(newUuid(new Date(b), zeros)));
    }),
  );
});

test("text and bytes round trip", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (uuid) => {
      assert.deepEqual(parseUuid(formatUuid(uuid)), uuid);
    }),
  );
});

const valid = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
const bad = [
  "",
  valid.toUpperCase(),
  `{${valid}}`,
  `urn:uuid:${valid}`,
  valid.replaceAll("-", ""),
  `${valid}0`,
  `${valid}\n`,
];
for (const text of bad)
  test(`not a UUID: ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseUuid(text), { code: "NAT_UUID_FORM" });
  });

test("bytes of another length are no UUID", () => {
  assert.throws(() => formatUuid(new Uint8Array(15)), { code: "NAT_UUID_FORM" });
});
