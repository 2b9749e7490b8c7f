// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  contextTag,
  encodeBitString,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeTagged,
  encodeTagLengthValue,
} from "../../formats/index.ts";
import { encodeUtf8 } from "../../kernel/index.ts";
import { parseMultiTcbInfo, parseTcbInfo } from "./tcb-info.ts";

const text = (number: number, value: string) => encodeTagLengthValue(contextTag(number, false), encodeUtf8(value));
const integer = (number: number, value: number) => encodeInteger(value, contextTag(number, false));
const sha256 = "2.16.840.1.101.3.4.2.1";
const fwid = encodeSequence(encodeOid(sha256), encodeOctetString(Uint8Array.of(0xab)));
const flags = (octet: number) => encodeBitString(Uint8Array.of(octet), 0, contextTag(7, false));

test("every field of TCG's structure", () => {
  const info = encodeSequence(
    text(0, "Maker"),
    text(1, "Model"),
    text(2, "1.2"),
    integer(3, 4),
    integer(4, 1),
    integer(5, 0),
    encodeTagged(6, fwid),
    flags(0x08),
    encodeOctetString(Uint8Array.of(1), contextTag(8, false)),
    encodeOctetString(Uint8Array.of(2), contextTag(9, false)),
    encodeBitString(Uint8Array.of(0xf0), 0, contextTag(10, false)),
    encodeTagged(11, encodeSequence()),
  );
  assert.deepEqual(parseTcbInfo(info), {
    details: [
      ["vendor", "Maker"],
      ["model", "Model"],
      ["version", "1.2"],
      ["security version", "4"],
      ["layer", "1"],
      ["index", "0"],
      ["firmware", `${sha256} ab`],
    ],
  });
});

test("each flag is a fault, and none is none", () => {
  const faultOf = (octet: number) => parseTcbInfo(encodeSequence(flags(octet))).fault;
  const names = ["not configured", "not secure", "recovery", "debug"];
  assert.deepEqual(
    [0x80, 0x40, 0x20, 0x10].map(faultOf),
    names.map((name) => `a layer whose flags say: ${name}`),
  );
  assert.equal(faultOf(0), undefined);
  assert.equal(
    parseTcbInfo(encodeSequence(encodeBitString(new Uint8Array(0), 0, contextTag(7, false)))).fault,
    undefined,
  );
});

test("of several, one fault is all", () => {
  const [good, bad] = [encodeSequence(text(0, "a")), encodeSequence(flags(0x10))];
  assert.equal(parseMultiTcbInfo(encodeSequence(good, bad)).fault, "a layer whose flags say: debug");
  assert.deepEqual(parseMultiTcbInfo(encodeSequence(good, good)), {
    details: [
      ["vendor", "a"],
      ["vendor", "a"],
    ],
  });
});

test("fields in another order, unknown ones and too many are refused", () => {
  const refused = [
    encodeSequence(text(1, "b"), text(0, "a")),
    encodeSequence(text(13, "x")),
    encodeSequence(encodeInteger(1)),
  ];
  for (const der of refused) assert.throws(() => parseTcbInfo(der), { name: "NatalisError", code: /^NAT_DER_/ });
  const many = (count: number) =>
    encodeSequence(encodeTagged(6, new Uint8Array(Array.from({ length: count }, () => [...fwid]).flat())));
  assert.equal(parseTcbInfo(many(16)).details.length, 16);
  assert.throws(() => parseTcbInfo(many(17)), { code: "NAT_EVIDENCE_MALFORMED" });
  const infos = Array.from({ length: 33 }, () => encodeSequence());
  assert.throws(() => parseMultiTcbInfo(encodeSequence(...infos)), { code: "NAT_EVIDENCE_MALFORMED" });
});
