// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { algorithms } from "../formats/index.ts";
import { encodeUtf8, type SignatureVerifier } from "../kernel/index.ts";
import { signatureVerifierContract } from "../testing/index.ts";
import { rememberingVerifier } from "./index.ts";

for (const { name, run } of signatureVerifierContract)
  test(`a remembering verifier: ${name}`, () =>
    run(rememberingVerifier({ verifier: nodeSignatureVerifier, hash: nodeHash })));

const { signer } = generateKey(algorithms.ES256);
const { algorithm, publicKey } = signer;

/** Counts what reaches the verifier beneath. */
function counted(limit?: number) {
  let asked = 0;
  const beneath: SignatureVerifier = {
    verify(...given) {
      asked++;
      return nodeSignatureVerifier.verify(...given);
    },
  };
  const options = limit === undefined ? {} : { limit };
  return { verifier: rememberingVerifier({ verifier: beneath, hash: nodeHash, ...options }), asked: () => asked };
}

test("what verified is not verified again", async () => {
  const { verifier, asked } = counted();
  const data = encodeUtf8("certificate");
  const signature = signer.sign(data);
  for (let i = 0; i < 3; i++) assert.equal(await verifier.verify(algorithm, publicKey, data, signature), true);
  assert.equal(asked(), 1);
});

test("what did not verify is asked about every time, and another's success is not lent to it", async () => {
  const { verifier, asked } = counted();
  const data = encodeUtf8("certificate");
  const signature = signer.sign(data);
  await verifier.verify(algorithm, publicKey, data, signature);
  const others = [
    [generateKey(algorithms.ES256).signer.publicKey, data, signature],
    [publicKey, encodeUtf8("certificatf"), signature],
    [publicKey, data, signer.sign(encodeUtf8("other"))],
    // The same bytes in a row, cut in another place.
    [publicKey, data.subarray(1), Uint8Array.of(...signature, data[0] as number)],
  ] as const;
  for (const [key, message, sig] of others) {
    assert.equal(await verifier.verify(algorithm, key, message, sig), false);
    assert.equal(await verifier.verify(algorithm, key, message, sig), false);
  }
  assert.equal(asked(), 1 + 2 * others.length);
});

test("it forgets what was unused for longest", async () => {
  const { verifier, asked } = counted(2);
  const signed = ["a", "b", "c"]
    .map((text) => encodeUtf8(text))
    .map((data) => ({ data, signature: signer.sign(data) }));
  const ask = async (index: number) => {
    const { data, signature } = signed[index] as (typeof signed)[number];
    await verifier.verify(algorithm, publicKey, data, signature);
  };
  for (const index of [0, 1, 0, 2]) await ask(index);
  assert.equal(asked(), 3);
  await ask(0);
  assert.equal(asked(), 3, "a was used lately");
  await ask(1);
  assert.equal(asked(), 4, "b gave way");
});
