// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  encodeInteger,
  encodeOctetString,
  encodeSequence,
  encodeTagged,
  encodeUtf8String,
  tags,
} from "../../formats/index.ts";
import { parseOpenDiceInput } from "./open-dice-input.ts";

const octets = (number: number, ...values: number[]) =>
  encodeTagged(number, encodeOctetString(Uint8Array.from(values)));
const mode = (value: number, tag: number = tags.enumerated) => encodeTagged(6, encodeInteger(value, tag));

test("every field of the profile", () => {
  const all = [octets(0, 1), octets(1, 2), octets(2, 3), octets(3, 4), octets(4, 5), octets(5, 6), mode(1)];
  assert.deepEqual(parseOpenDiceInput(encodeSequence(...all, encodeTagged(7, encodeUtf8String("a.profile")))), {
    details: [
      ["code", "01"],
      ["authority", "05"],
      ["profile", "a.profile"],
    ],
  });
});

test("modes, as INTEGER and as ENUMERATED", () => {
  const faultOf = (...fields: Uint8Array[]) => parseOpenDiceInput(encodeSequence(...fields)).fault;
  for (const tag of [tags.integer, tags.enumerated]) {
    assert.equal(faultOf(mode(1, tag)), undefined);
    assert.equal(faultOf(mode(0, tag)), "a layer in the mode not configured");
    assert.equal(faultOf(mode(2, tag)), "a layer in the mode debug");
    assert.equal(faultOf(mode(9, tag)), "a layer in the mode not configured");
  }
  assert.equal(faultOf(), "a layer without a mode");
});

test("fields in another order, unknown ones, and of other types are refused", () => {
  const bad = [[mode(1), octets(0, 1)], [encodeTagged(8, encodeInteger(1))], [encodeTagged(0, encodeInteger(1))]];
  for (const fields of [...bad, [encodeTagged(6, encodeOctetString(Uint8Array.of(1)))]])
    assert.throws(() => parseOpenDiceInput(encodeSequence(...fields)), { name: "NatalisError", code: /^NAT_DER_/ });
});
