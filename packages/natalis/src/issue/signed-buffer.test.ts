// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { algorithms, assembleSigned } from "../formats/index.ts";
import { SignedBuffer } from "./signed-buffer.ts";

for (const algorithm of Object.values(algorithms))
  test(`${algorithm.name}: the same bytes as put together part by part`, () => {
    const longest = algorithm.coseSignatureLength + (algorithm.ecdsaIntegerLength === undefined ? 0 : 9);
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 256, maxLength: 3000 }),
        fc.uint8Array({ minLength: 1, maxLength: longest, size: "max" }),
        (tbs, signature) => {
          const buffer = new SignedBuffer(tbs, algorithm);
          assert.deepEqual(buffer.tbs, tbs);
          assert.deepEqual(buffer.close(signature), assembleSigned(tbs, algorithm.signatureIdentifier, signature));
        },
      ),
      { numRuns: 50 },
    );
  });

test("it has its own copy", () => {
  const tbs = new Uint8Array(300).fill(1);
  const buffer = new SignedBuffer(tbs, algorithms.ES256);
  tbs.fill(2);
  assert.equal(buffer.tbs[0], 1);
});

for (const length of [0, 255, 65_500])
  test(`refused: ${length} octets, which no certificate has`, () =>
    assert.throws(() => new SignedBuffer(new Uint8Array(length), algorithms.ES256), { code: "NAT_ISSUE_FACTS" }));

test("refused: a signature longer than its algorithm gives", () => {
  const buffer = new SignedBuffer(new Uint8Array(300), algorithms.ES256);
  assert.throws(() => buffer.close(new Uint8Array(74)), { code: "NAT_ISSUE_SIGNER" });
});
