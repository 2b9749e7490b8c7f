// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type CborValue, encodeCbor } from "../formats/index.ts";
import { isNatalisError, toHex } from "../kernel/index.ts";
import { type AnswerPayload, encodeAnswerPayload, parseAnswerPayload } from "./answer.ts";

const nonce = new Uint8Array(32).fill(7);
const at = new Date("2026-11-01T12:00:00.123Z");
const payload: AnswerPayload = { nonce, audience: "registrar.example", deviceTime: at };

const payloads: fc.Arbitrary<AnswerPayload> = fc.record(
  {
    nonce: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    audience: fc.string({ unit: "binary", minLength: 1, maxLength: 100 }),
    deviceTime: fc.date({ min: new Date(0), noInvalidDate: true }),
    channelBinding: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  },
  { requiredKeys: ["nonce", "audience", "deviceTime"], noNullPrototype: true },
);

test("the payload is one map: nonce, audience, device time, channel binding", () => {
  const bytes = encodeAnswerPayload({ ...payload, audience: "a", channelBinding: nonce });
  assert.equal(toHex(bytes), `a4015820${"07".repeat(32)}026161031b000001a196fb167b045820${"07".repeat(32)}`);
});

test("the longest audience and the first instant are allowed", () => {
  for (const value of [
    { ...payload, audience: "a".repeat(255) },
    { ...payload, deviceTime: new Date(0) },
    { ...payload, deviceTime: new Date(8.64e15) },
  ])
    assert.deepEqual(parseAnswerPayload(encodeAnswerPayload(value)), value);
});

test("payloads round trip", () => {
  fc.assert(fc.property(payloads, (value) => assert.deepEqual(parseAnswerPayload(encodeAnswerPayload(value)), value)));
});

test("damaged payloads give a catalogue error or another valid payload", () => {
  fc.assert(
    fc.property(payloads, fc.nat(), fc.integer({ min: 0, max: 255 }), (value, position, byte) => {
      const bytes = encodeAnswerPayload(value);
      const place = position % bytes.length;
      assert.throws(() => parseAnswerPayload(bytes.subarray(0, place)), isNatalisError);
      const damaged = bytes.map((old, i) => (i === place ? byte : old));
      try {
        assert.equal(toHex(encodeAnswerPayload(parseAnswerPayload(damaged))), toHex(damaged));
      } catch (error) {
        assert.ok(isNatalisError(error), String(error));
      }
    }),
  );
});

const refusals: readonly [title: string, changed: Partial<Record<number, CborValue | undefined>>, code: string][] = [
  ["a short nonce", { 1: nonce.subarray(1) }, "NAT_ANSWER_FORM"],
  ["no nonce", { 1: undefined }, "NAT_CBOR_SHAPE"],
  ["an empty audience", { 2: "" }, "NAT_ANSWER_FORM"],
  ["an endless audience", { 2: "a".repeat(256) }, "NAT_ANSWER_FORM"],
  ["an audience of bytes", { 2: nonce }, "NAT_CBOR_SHAPE"],
  ["a time before 1970", { 3: -1 }, "NAT_CBOR_SHAPE"],
  ["a time beyond dates", { 3: Number.MAX_SAFE_INTEGER }, "NAT_ANSWER_FORM"],
  ["a short channel binding", { 4: nonce.subarray(1) }, "NAT_ANSWER_FORM"],
  ["an unknown field", { 5: 0 }, "NAT_CBOR_SHAPE"],
];
for (const [title, changed, code] of refusals)
  test(`refused: ${title}`, () => {
    const map = new Map<number, CborValue>();
    for (const [key, value] of Object.entries({ 1: nonce, 2: "registrar.example", 3: at.getTime(), ...changed }))
      if (value !== undefined) map.set(Number(key), value);
    const bytes = encodeCbor(map);
    assert.throws(() => parseAnswerPayload(bytes), { name: "NatalisError", code });
  });

test("refused: writing what could not be read", () => {
  for (const bad of [{ nonce: nonce.subarray(1) }, { audience: "" }, { deviceTime: new Date(Number.NaN) }])
    assert.throws(() => encodeAnswerPayload({ ...payload, ...bad }), { code: "NAT_ANSWER_FORM" });
});
