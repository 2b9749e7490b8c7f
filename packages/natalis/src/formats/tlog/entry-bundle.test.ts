// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { encodeEntryBundle, parseEntryBundle } from "./entry-bundle.ts";

const code = "NAT_TLOG_ENTRY_BUNDLE";
const bundles = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 256 });

test("each entry stands behind its length in two bytes", () => {
  const entries = [fromHex("aabbcc"), new Uint8Array(0), new Uint8Array(258)];
  const bundle = encodeEntryBundle(entries);
  assert.equal(toHex(bundle.subarray(0, 9)), "0003aabbcc00000102");
  assert.deepEqual(parseEntryBundle(bundle), entries);
});

test("bundles are read back, at any offset of a larger buffer", () => {
  fc.assert(
    fc.property(bundles, fc.nat(5), (entries, offset) => {
      const bundle = encodeEntryBundle(entries);
      const buffer = new Uint8Array(offset + bundle.length + 3);
      buffer.set(bundle, offset);
      assert.deepEqual(parseEntryBundle(buffer.subarray(offset, offset + bundle.length)), entries);
    }),
    { numRuns: 50 },
  );
});

test("bytes that are read are the one encoding; others are refused", () => {
  fc.assert(
    fc.property(bundles, fc.nat(), fc.nat(255), fc.nat(3), (entries, at, bits, cut) => {
      const bundle = encodeEntryBundle(entries.slice(0, 4));
      bundle[at % bundle.length] = (bundle[at % bundle.length] as number) ^ bits;
      const bent = bundle.subarray(0, bundle.length - cut);
      try {
        assert.deepEqual(encodeEntryBundle(parseEntryBundle(bent)), new Uint8Array(bent));
      } catch (error) {
        assert.ok(isNatalisError(error, code), String(error));
      }
    }),
  );
});

test("refuses what is no bundle", () => {
  for (const bundle of ["", "00", "0001", "000000", "0003aabb"])
    assert.throws(() => parseEntryBundle(fromHex(bundle)), { code }, bundle);
  assert.equal(parseEntryBundle(new Uint8Array(512)).length, 256);
  assert.throws(() => parseEntryBundle(new Uint8Array(514)), { code });
});

test("writes no bundle that cannot be", () => {
  const none: Uint8Array[] = [];
  assert.throws(() => encodeEntryBundle(none), { code });
  assert.throws(() => encodeEntryBundle(Array.from({ length: 257 }, () => new Uint8Array(1))), { code });
  assert.throws(() => encodeEntryBundle([new Uint8Array(0x10000)]), { code });
  assert.equal(encodeEntryBundle([new Uint8Array(0xffff)]).length, 0x10001);
  assert.equal(parseEntryBundle(encodeEntryBundle(Array.from({ length: 256 }, () => new Uint8Array(1)))).length, 256);
});
