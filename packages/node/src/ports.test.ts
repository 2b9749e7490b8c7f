// SPDX-License-Identifier: Apache-2.0
// Every port of this package against its contract.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { algorithms } from "natalis/formats";
import {
  type ContractSuite,
  checkpointMirrorContract,
  entropyContract,
  hashContract,
  knownSignatures,
  messageAuthenticatorContract,
  sealStateStoreContract,
  signatureVerifierContract,
  signerContract,
} from "natalis/testing";
import { nodeAuthenticator } from "./authenticator.ts";
import { FileCheckpointMirror } from "./checkpoint-mirror.ts";
import { systemClock } from "./clock.ts";
import { nodeEntropy } from "./entropy.ts";
import { nodeHash } from "./hash.ts";
import { generateKey, signerFromPkcs8 } from "./keys.ts";
import { FileSealState } from "./seal-state.ts";
import { nodeSignatureVerifier } from "./signature-verifier.ts";

function runContract<Adapter>(name: string, contract: ContractSuite<Adapter>, adapter: () => Adapter): void {
  suite(name, () => {
    for (const promise of contract) test(promise.name, () => promise.run(adapter()));
  });
}

const folder = mkdtempSync(join(tmpdir(), "natalis-ports-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = () => join(folder, String(files++));

runContract("hash", hashContract, () => nodeHash);
runContract("entropy", entropyContract, () => nodeEntropy);
runContract("message authenticator", messageAuthenticatorContract, () => nodeAuthenticator);
runContract("signature verifier", signatureVerifierContract, () => nodeSignatureVerifier);
test("the signature verifier lacks no scheme", () => {
  for (const { scheme, publicKey, data, signature } of knownSignatures)
    assert.equal(nodeSignatureVerifier.verify(scheme, publicKey, data, signature), true, scheme.name);
});

for (const algorithm of Object.values(algorithms)) {
  const { signer, pkcs8 } = generateKey(algorithm);
  const verifier = nodeSignatureVerifier;
  runContract(`signer, ${algorithm.title}`, signerContract, () => ({ signer, verifier }));
  runContract(`signer from PKCS#8, ${algorithm.title}`, signerContract, () => ({
    signer: signerFromPkcs8(pkcs8),
    verifier,
  }));
}
runContract("checkpoint mirror", checkpointMirrorContract, () => {
  const path = newPath();
  return { open: () => new FileCheckpointMirror(path) };
});
runContract("seal state", sealStateStoreContract, () => {
  const path = newPath();
  return { open: () => new FileSealState(path) };
});

test("the system clock shows the time of the machine", () => {
  const before = Date.now();
  const shown = systemClock.now().getTime();
  assert.ok(before <= shown && shown <= Date.now());
});
