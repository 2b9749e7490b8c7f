// SPDX-License-Identifier: Apache-2.0
// The WebCrypto adapters against their contracts, under Node's globalThis.crypto. Browsers run the same cases in the
// end-to-end tests.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { algorithms } from "../formats/index.ts";
import {
  type ContractSuite,
  entropyContract,
  knownSignatures,
  signatureVerifierContract,
  signerContract,
} from "../testing/index.ts";
import { generateKeyPair, signerFromKeyPair, webClock, webEntropy, webSignatureVerifier } from "./index.ts";

function runContract<Adapter>(name: string, contract: ContractSuite<Adapter>, adapter: () => Adapter): void {
  suite(name, () => {
    for (const promise of contract) test(promise.name, () => promise.run(adapter()));
  });
}

runContract("entropy", entropyContract, () => webEntropy);
runContract("signature verifier", signatureVerifierContract, () => webSignatureVerifier);
test("on Node the signature verifier lacks no scheme", async () => {
  for (const { scheme, publicKey, data, signature } of knownSignatures)
    assert.equal(await webSignatureVerifier.verify(scheme, publicKey, data, signature), true, scheme.name);
});

for (const algorithm of Object.values(algorithms)) {
  const signer = await signerFromKeyPair(await generateKeyPair(algorithm));
  runContract(`signer, ${algorithm.title}`, signerContract, () => ({ signer, verifier: webSignatureVerifier }));
}

test("entropy is drawn in pieces that WebCrypto allows, each into its own place", (t) => {
  const drawn = t.mock.method(crypto, "getRandomValues", (piece: Uint8Array) => piece.fill(drawn.mock.callCount() + 1));
  const bytes = webEntropy.bytes(150_000);
  assert.deepEqual(
    drawn.mock.calls.map(({ arguments: [piece] }) => piece.length),
    [65_536, 65_536, 18_928],
  );
  assert.deepEqual(
    [bytes[0], bytes[65_535], bytes[65_536], bytes[131_071], bytes[131_072], bytes.at(-1)],
    [1, 1, 2, 2, 3, 3],
  );
  assert.equal(webEntropy.bytes(0).length, 0);
  assert.equal(drawn.mock.callCount(), 3);
});

test("the clock shows the time of the machine", () => {
  const before = Date.now();
  const shown = webClock.now().getTime();
  assert.ok(before <= shown && shown <= Date.now());
});
