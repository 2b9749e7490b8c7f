// SPDX-License-Identifier: Apache-2.0
// A device's three acts against a real registrar: be born, answer a challenge, seal data.
// node examples/device.ts <registrar https address> <trust file> <station token file> [product]

import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import {
  connectRegistrar,
  FileSealState,
  generateKey,
  nodeHash,
  nodeSignatureVerifier,
  signerFromPkcs8,
  systemClock,
} from "@natalis/node";
import { answerChallenge, beBorn, Sealer } from "natalis/device";
import { algorithms, encodePem, parsePem } from "natalis/formats";
import { formatUuid, fromBase64, toBase64, toHex } from "natalis/kernel";
import { parseTrustFile } from "natalis/registry";

const [url = "", trustFile = "", tokenFile = "", product = "default"] = process.argv.slice(2);
const trust = parseTrustFile(readFileSync(trustFile, "utf8"));
const registrar = connectRegistrar({ url, trust, token: readFileSync(tokenFile, "utf8").trim() });
const ports = { verifier: nodeSignatureVerifier, hash: nodeHash, at: systemClock.now() };
const signer = deviceKey("example.key");

// 1. Be born: with the same key and the same facts again, the same papers come.
const serial = `EXAMPLE-${toHex(nodeHash.sha256(signer.publicKey)).slice(0, 16)}`;
const unit = { product, model: "example", serial, facility: "this machine" };
const born = await beBorn({ registrar, signer, unit, trust, ...ports });
console.log(`born: ${formatUuid(born.deviceId)}`);

// 2. Answer a challenge of the registrar's authentication service, meant for "example".
const asked = JSON.parse(await post("/challenges", { audience: "example" }));
const challenge = { nonce: fromBase64(asked.nonce), audience: asked.audience };
const answer = await answerChallenge({
  challenge,
  expectedAudience: "example",
  signer,
  ...born,
  at: systemClock.now(),
});
console.log(await post("/authentications", { answer: toBase64(answer), audience: "example" }));

// 3. Seal a reading; the sequence numbers survive power cuts in the state's file.
const store = new FileSealState("example.seal-state");
const sealer = await Sealer.open({ signer, ...born, arc: trust.arc, store, hash: nodeHash });
const reading = { time: systemClock.now().getTime() * 1000, name: "temperature", unit: "Cel", value: 21.5 };
const { seal, leaves } = await sealer.seal([reading], born.checkpoint);
appendFileSync("example.seals", seal);
appendFileSync("example.leaves", leaves);
if (!existsSync("example.csv")) writeFileSync("example.csv", "timestamp,name,unit,value\n");
const timestamp = new Date(reading.time / 1000).toISOString();
appendFileSync("example.csv", `${timestamp},${reading.name},${reading.unit},${reading.value}\n`);
console.log(`sealed: example.seals, ${seal.length} bytes`);

/** Made once, and then found in its file. A device with a secure element has it there instead. */
function deviceKey(file: string) {
  const label = "PRIVATE KEY";
  if (!existsSync(file)) writeFileSync(file, encodePem(label, generateKey(algorithms.ES256).pkcs8), { mode: 0o600 });
  const [pkcs8 = new Uint8Array(0)] = parsePem(readFileSync(file, "utf8"), label);
  return signerFromPkcs8(pkcs8);
}

async function post(path: string, body: object): Promise<string> {
  const { status, body: answered } = await registrar.send("POST", path, JSON.stringify(body));
  if (status >= 300) throw new Error(`${path}: ${status} ${Buffer.from(answered).toString()}`);
  return Buffer.from(answered).toString();
}
