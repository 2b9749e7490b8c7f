// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { algorithms } from "natalis/formats";
import { generateKey } from "./keys.ts";
import { nodeSignatureVerifier } from "./signature-verifier.ts";

const { signer } = generateKey(algorithms.ES256);
const data = new Uint8Array(10);
const signature = signer.sign(data);

test("a mistake of the caller is an exception, not an invalid signature", () => {
  const { algorithm, publicKey } = signer;
  const notBytes = { length: 10 } as unknown as Uint8Array;
  assert.throws(() => nodeSignatureVerifier.verify(algorithm, publicKey, notBytes, signature), TypeError);
  assert.throws(() => nodeSignatureVerifier.verify(algorithm, publicKey, data, notBytes), TypeError);
  assert.throws(() => nodeSignatureVerifier.verify(algorithm, notBytes, data, signature), TypeError);
});

test("a P-256 point in hybrid form or off the curve is no key, however often it comes", () => {
  const hybrid = signer.publicKey.slice();
  hybrid[26] = 0x06 | ((hybrid.at(-1) as number) & 1);
  const offCurve = signer.publicKey.slice();
  offCurve[90] = (offCurve[90] as number) ^ 1;
  for (const publicKey of [hybrid, offCurve])
    for (const time of [1, 2, 3, 4])
      assert.equal(nodeSignatureVerifier.verify(signer.algorithm, publicKey, data, signature), false, `${time}`);
});

test("a key verifies alike the first time, the second and later", () => {
  for (const algorithm of Object.values(algorithms)) {
    const { signer: fresh } = generateKey(algorithm);
    const signed = fresh.sign(data);
    const answers = [1, 2, 3].map(() => nodeSignatureVerifier.verify(algorithm, fresh.publicKey, data, signed));
    assert.deepEqual(answers, [true, true, true], algorithm.name);
    const wrong = [1, 2, 3].map(() =>
      nodeSignatureVerifier.verify(algorithm, fresh.publicKey, new Uint8Array(9), signed),
    );
    assert.deepEqual(wrong, [false, false, false], algorithm.name);
  }
});

test("a key of another algorithm is refused, kept or not", () => {
  const other = generateKey(algorithms.ES384).signer;
  for (const time of [1, 2, 3])
    assert.equal(nodeSignatureVerifier.verify(algorithms.ES256, other.publicKey, data, signature), false, `${time}`);
  for (const time of [1, 2, 3]) {
    assert.equal(nodeSignatureVerifier.verify(algorithms.ES384, other.publicKey, data, other.sign(data)), true);
    assert.equal(nodeSignatureVerifier.verify(algorithms.ES256, other.publicKey, data, signature), false, `${time}`);
  }
});

test("more keys than the cache holds verify all the same", () => {
  const signers = Array.from({ length: 600 }, () => generateKey(algorithms.ES256).signer);
  for (const pass of [1, 2])
    for (const each of signers)
      assert.equal(
        nodeSignatureVerifier.verify(each.algorithm, each.publicKey, data, each.sign(data)),
        true,
        `${pass}`,
      );
});
