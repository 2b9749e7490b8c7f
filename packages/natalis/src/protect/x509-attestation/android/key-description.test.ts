// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  encodeInteger,
  encodeOctetString,
  encodeSequence,
  encodeTagLengthValue,
  readExactly,
  tags,
} from "../../../formats/index.ts";
import { concatBytes } from "../../../kernel/index.ts";
import { explicit, forgeKeyDescription } from "../../../testing/evidence-forge.ts";
import { parseAuthorizationList } from "./authorization-list.ts";
import { integerOf, parseKeyDescription, purposesOf, rootOfTrustOf, textOf } from "./key-description.ts";

const challenge = Uint8Array.of(1, 2, 3);

test("the fields of a description", () => {
  const read = parseKeyDescription(forgeKeyDescription({ challenge, attestationLevel: 2, keyLevel: 1 }));
  const { hardwareEnforced, ...others } = read;
  assert.deepEqual(others, {
    attestationVersion: 3,
    attestationSecurityLevel: "StrongBox",
    keySecurityLevel: "TrustedEnvironment",
    challenge,
  });
  assert.deepEqual(purposesOf(hardwareEnforced), [2, 3]);
  assert.equal(integerOf(hardwareEnforced, 702), 0);
  assert.equal(integerOf(hardwareEnforced, 705), undefined);
  assert.equal(textOf(hardwareEnforced, 716), undefined);
  const { deviceLocked, verifiedBootState } = rootOfTrustOf(hardwareEnforced) ?? {};
  assert.deepEqual([deviceLocked, verifiedBootState], [true, "Verified"]);
});

test("lists without these entries state nothing", () => {
  const empty = parseAuthorizationList(new Uint8Array(0));
  assert.deepEqual(purposesOf(empty), []);
  assert.equal(rootOfTrustOf(empty), undefined);
});

const list = (tag: number, content: Uint8Array) => parseAuthorizationList(explicit(tag, content));

test("purposes come in any order, and are few", () => {
  const set = (...values: number[]) => encodeTagLengthValue(tags.set, ...values.map((value) => encodeInteger(value)));
  assert.deepEqual(purposesOf(list(1, set(3, 2, 2))), [3, 2, 2]);
  const many = set(...Array.from({ length: 17 }, (_, i) => i));
  assert.throws(() => purposesOf(list(1, many)), { code: "NAT_EVIDENCE_MALFORMED" });
});

test("a locked device may write TRUE as any octet but zero", () => {
  const trust = (...boolean: number[]) =>
    encodeSequence(
      encodeOctetString(challenge),
      encodeTagLengthValue(tags.boolean, Uint8Array.from(boolean)),
      encodeInteger(0, tags.enumerated),
    );
  assert.equal(rootOfTrustOf(list(704, trust(1)))?.deviceLocked, true);
  assert.equal(rootOfTrustOf(list(704, trust(0)))?.deviceLocked, false);
  for (const octets of [[], [0, 1]])
    assert.throws(() => rootOfTrustOf(list(704, trust(...octets))), { code: "NAT_EVIDENCE_MALFORMED" });
});

test("fields that are missing or too many are refused", () => {
  const whole = forgeKeyDescription({ challenge });
  const fields = readExactly(whole, (reader) => reader.enter().rest());
  for (let i = 0; i < fields.length; i++)
    assert.throws(() => parseKeyDescription(encodeSequence(...fields.toSpliced(i, 1))), { code: /^NAT_DER_/ });
  assert.throws(() => parseKeyDescription(encodeSequence(...fields, encodeInteger(0))), { code: "NAT_DER_TRAILING" });
  assert.throws(() => parseKeyDescription(concatBytes(whole, Uint8Array.of(0))), { code: "NAT_DER_TRAILING" });
});
