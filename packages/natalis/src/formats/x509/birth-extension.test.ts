// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isNatalisError, toHex } from "../../kernel/index.ts";
import { encodeInteger, encodeOctetString, encodeSequence } from "../der/index.ts";
import { encodeBirthExtension, parseBirthExtension } from "./birth-extension.ts";

const birthRecord = new Uint8Array(32).fill(0xab);
const extensions = fc.record(
  { custody: fc.integer({ min: 0, max: 4 }), birthRecord: fc.uint8Array({ minLength: 32, maxLength: 32 }) },
  { noNullPrototype: true },
);

test("the extension is version, custody and the digest of the birth record", () => {
  assert.equal(toHex(encodeBirthExtension({ custody: 3, birthRecord })), `30280201010201030420${"ab".repeat(32)}`);
});

test("extensions round trip", () => {
  fc.assert(
    fc.property(extensions, (extension) =>
      assert.deepEqual(parseBirthExtension(encodeBirthExtension(extension)), extension),
    ),
  );
});

const refusals: readonly [name: string, value: Uint8Array][] = [
  ["another version", encodeSequence(encodeInteger(2), encodeInteger(0), encodeOctetString(birthRecord))],
  ["custody 5", encodeSequence(encodeInteger(1), encodeInteger(5), encodeOctetString(birthRecord))],
  ["a short digest", encodeSequence(encodeInteger(1), encodeInteger(0), encodeOctetString(birthRecord.subarray(1)))],
];

for (const [name, value] of refusals)
  test(`refused: ${name}`, () =>
    assert.throws(
      () => parseBirthExtension(value),
      (error) => isNatalisError(error, "NAT_X509_BIRTH_EXTENSION"),
    ));

test("custody outside of its levels, or between two, cannot be written", () => {
  for (const custody of [-1, 5, 1.5, Number.NaN])
    assert.throws(
      () => encodeBirthExtension({ custody, birthRecord }),
      (error) => isNatalisError(error, "NAT_X509_BIRTH_EXTENSION"),
    );
});

test("refused: a field more, a field less, a value behind it", () => {
  const fields = [encodeInteger(1), encodeInteger(0), encodeOctetString(birthRecord)];
  for (const [value, code] of [
    [encodeSequence(...fields, encodeInteger(0)), "NAT_DER_TRAILING"],
    [encodeSequence(...fields.slice(0, 2)), "NAT_DER_TAG"],
    [encodeSequence(...fields.toReversed()), "NAT_DER_TAG"],
    [Uint8Array.of(...encodeSequence(...fields), 5, 0), "NAT_DER_TRAILING"],
  ] as const)
    assert.throws(
      () => parseBirthExtension(value),
      (error) => isNatalisError(error, code),
    );
});

test("changed bytes give a catalogue error or another well-formed extension", () => {
  const encoded = encodeBirthExtension({ custody: 0, birthRecord });
  fc.assert(
    fc.property(
      fc.nat(encoded.length),
      fc.integer({ min: 1, max: 255 }),
      fc.nat(encoded.length),
      (at, flip, length) => {
        const changed = encoded.slice(0, length);
        if (at < changed.length) changed[at] = (changed[at] as number) ^ flip;
        try {
          assert.deepEqual(encodeBirthExtension(parseBirthExtension(changed)), changed);
        } catch (error) {
          assert.ok(isNatalisError(error), String(error));
        }
      },
    ),
  );
});
