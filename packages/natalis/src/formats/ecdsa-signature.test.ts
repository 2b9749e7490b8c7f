// SPDX-License-Identifier: Apache-2.0
// Beyond what algorithms.test.ts shows of P-256 and P-384: P-521, whose Ecdsa-Sig-Value needs a length of two octets.

import assert from "node:assert/strict";
import { generateKeyPairSync, sign, verify } from "node:crypto";
import { test } from "node:test";
import { concatBytes } from "../kernel/index.ts";
import { encodeInteger, encodeSequence } from "./der/index.ts";
import { joinEcdsaIntegers } from "./ecdsa-signature.ts";

const width = 66;
const malformed = { code: "NAT_ALGORITHM_SIGNATURE" };

test("OpenSSL's signatures by P-521 are joined as it joins them", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-521" });
  for (let i = 0; i < 20; i++) {
    const data = Uint8Array.of(i);
    const joined = joinEcdsaIntegers(new Uint8Array(sign("sha512", data, privateKey)), width);
    assert.equal(joined.length, 2 * width);
    assert.ok(verify("sha512", data, { key: publicKey, dsaEncoding: "ieee-p1363" }, joined));
  }
});

test("r and s of P-521 that are out of range or not in DER are refused", () => {
  const [least, most] = [encodeInteger(1), encodeInteger((1n << 528n) - 1n)];
  assert.equal(joinEcdsaIntegers(encodeSequence(most, least), width).at(-1), 1);
  const signature = encodeSequence(most, most);
  for (const refused of [
    encodeSequence(most, encodeInteger(1n << 528n)),
    encodeSequence(encodeInteger(-1), most),
    encodeSequence(encodeInteger(0), most),
    signature.subarray(0, -1),
    concatBytes(signature, Uint8Array.of(0)),
    concatBytes(Uint8Array.of(0x30, 0x82, 0x00), signature.subarray(2)),
  ])
    assert.throws(() => joinEcdsaIntegers(refused, width), malformed);
});
