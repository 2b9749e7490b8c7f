// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { p256, p384 } from "@noble/curves/nist.js";
import * as fc from "fast-check";
import { yOfPoint } from "./compressed-point.ts";

const curves = [
  [1, p256, 32],
  [2, p384, 48],
] as const;

for (const [number, curve, width] of curves)
  test(`y of points on curve ${number}, of either sign`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: width, maxLength: width }), (seed) => {
        const secret = seed.with(0, 0).with(width - 1, 1);
        const [whole, short] = [curve.getPublicKey(secret, false), curve.getPublicKey(secret, true)];
        const y = whole.subarray(1 + width);
        const isOdd = short[0] === 3;
        assert.deepEqual(yOfPoint(number, short.subarray(1), isOdd), Uint8Array.from(y));
        assert.notDeepEqual(yOfPoint(number, short.subarray(1), !isOdd), Uint8Array.from(y));
      }),
      { numRuns: 20 },
    );
  });

test("what no point has, and other curves, are refused", () => {
  const refusal = { name: "NatalisError", code: "NAT_EVIDENCE_MALFORMED" };
  // x = 1 is on neither side of P-256; the prime itself is no coordinate.
  const prime = Uint8Array.from(Buffer.from("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", "hex"));
  const cases = [
    [1, new Uint8Array(32).with(31, 1)],
    [1, prime],
    [1, new Uint8Array(31)],
    [1, new Uint8Array(0)],
    [2, new Uint8Array(32)],
    [3, new Uint8Array(66)],
    [-1, new Uint8Array(32)],
  ] as const;
  for (const [curve, x] of cases) assert.throws(() => yOfPoint(curve, x, true), refusal, `${curve} ${x.length}`);
});
