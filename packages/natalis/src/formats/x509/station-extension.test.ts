// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8, isNatalisError, toHex } from "../../kernel/index.ts";
import { encodeGeneralizedTime, encodeInteger, encodeSequence, encodeUtf8String } from "../der/index.ts";
import { encodeStationExtension, parseStationExtension, type StationExtension } from "./station-extension.ts";

const notBefore = new Date("2026-03-01T00:00:00Z");
const notAfter = new Date("2026-04-01T00:00:00Z");
const station: StationExtension = { product: "meter", notBefore, notAfter, quota: 1000 };
const form = (error: unknown) => isNatalisError(error, "NAT_X509_STATION_EXTENSION");

const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
const extensions = fc
  .record({
    product: fc.stringMatching(/^[a-z0-9-]{1,32}$/),
    begins: seconds,
    lasts: fc.integer({ min: 1, max: 1_000_000_000 }),
    quota: fc.integer({ min: 1, max: 0x7fff_ffff }),
  })
  .map(({ product, begins, lasts, quota }) => ({
    product,
    notBefore: new Date(begins * 1000),
    notAfter: new Date((begins + lasts) * 1000),
    quota,
  }));

test("the extension is version, product, window and quota", () => {
  const time = (text: string) => `180f${toHex(encodeUtf8(text))}`;
  const content = `0201010c056d65746572${time("20260301000000Z")}${time("20260401000000Z")}020203e8`;
  assert.equal(toHex(encodeStationExtension(station)), `30${(content.length / 2).toString(16)}${content}`);
});

test("extensions round trip", () => {
  fc.assert(
    fc.property(extensions, (one) => assert.deepEqual(parseStationExtension(encodeStationExtension(one)), one)),
  );
});

const unwritable: readonly [name: string, changed: Partial<StationExtension>][] = [
  ["no product", { product: "" }],
  ["a product in capitals", { product: "Meter" }],
  ["a product of 33 characters", { product: "m".repeat(33) }],
  ["a window of no time", { notAfter: notBefore }],
  ["a window that ends first", { notBefore: notAfter, notAfter: notBefore }],
  ["a window that is none", { notAfter: new Date(Number.NaN) }],
  ["a quota of nothing", { quota: 0 }],
  ["half a birth", { quota: 1.5 }],
  ["a quota above 31 bits", { quota: 0x8000_0000 }],
];

for (const [name, changed] of unwritable)
  test(`refused: ${name}`, () => assert.throws(() => encodeStationExtension({ ...station, ...changed }), form));

const fields = (changes: { version?: number; product?: string; quota?: number } = {}) => [
  encodeInteger(changes.version ?? 1),
  encodeUtf8String(changes.product ?? "meter"),
  encodeGeneralizedTime(notBefore),
  encodeGeneralizedTime(notAfter),
  encodeInteger(changes.quota ?? 1000),
];

test("refused: another version, product or quota, read", () => {
  for (const changes of [{ version: 2 }, { product: "a b" }, { quota: 0 }])
    assert.throws(() => parseStationExtension(encodeSequence(...fields(changes))), form);
});

test("refused: a field more, a field less, fields in another order", () => {
  for (const [value, code] of [
    [encodeSequence(...fields(), encodeInteger(0)), "NAT_DER_TRAILING"],
    [encodeSequence(...fields().slice(0, 4)), "NAT_DER_TAG"],
    [encodeSequence(...fields().slice(1)), "NAT_DER_TAG"],
    [Uint8Array.of(...encodeSequence(...fields()), 5, 0), "NAT_DER_TRAILING"],
  ] as const)
    assert.throws(
      () => parseStationExtension(value),
      (error) => isNatalisError(error, code),
    );
});

test("changed bytes give a catalogue error or another well-formed extension", () => {
  const encoded = encodeStationExtension(station);
  const change = [fc.nat(encoded.length), fc.integer({ min: 1, max: 255 }), fc.nat(encoded.length)] as const;
  fc.assert(
    fc.property(...change, (at, flip, length) => {
      const changed = encoded.slice(0, length);
      if (at < changed.length) changed[at] = (changed[at] as number) ^ flip;
      try {
        assert.deepEqual(encodeStationExtension(parseStationExtension(changed)), changed);
      } catch (error) {
        assert.ok(isNatalisError(error), String(error));
      }
    }),
  );
});
