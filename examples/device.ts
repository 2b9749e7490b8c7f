// SPDX-License-Identifier: Apache-2.0
// A device's three acts against a real registrar: be born, answer a challenge, seal data.
// node examples/device.ts <registrar https address> <trust file> <station token file>

import { readFileSync, writeFileSync } from "node:fs";
import {
  connectRegistrar,
  FileSealState,
  generateKey,
  nodeHash,
  nodeSignatureVerifier,
  systemClock,
} from "@natalis/node";
import { answerChallenge, beBorn, Sealer } from "natalis/device";
import { algorithms } from "natalis/formats";
import { formatUuid, fromBase64, toBase64 } from "natalis/kernel";
import { parseTrustFile } from "natalis/registry";

const [url = "", trustFile = "", tokenFile = ""] = process.argv.slice(2);
const trust = parseTrustFile(readFileSync(trustFile, "utf8"));
const registrar = connectRegistrar({ url, trust, token: readFileSync(tokenFile, "utf8").trim() });
const ports = { verifier: nodeSignatureVerifier, hash: nodeHash, at: systemClock.now() };
const { signer } = generateKey(algorithms.ES256);

// 1. Be born.
const unit = { product: "default", model: "example", serial: `EXAMPLE-${Date.now()}`, facility: "this machine" };
const born = await beBorn({ registrar, signer, unit, trust, ...ports });
console.log(`born: ${formatUuid(born.deviceId)}`);

// 2. Answer a challenge of the registrar's authentication service, meant for "example".
const asked = JSON.parse(await post("/challenges", { audience: "example" }));
const challenge = { nonce: fromBase64(asked.nonce), audience: asked.audience };
const answer = await answerChallenge({ challenge, expectedAudience: "example", signer, ...born, at: systemClock.now() });
console.log(await post("/authentications", { answer: toBase64(answer), audience: "example" }));

// 3. Seal readings; the sequence numbers survive power cuts in this file.
const store = new FileSealState("example.seal-state");
const sealer = await Sealer.open({ signer, ...born, arc: trust.arc, store, hash: nodeHash });
const time = Date.now() * 1000;
const { seal } = await sealer.seal([{ time, name: "temperature", unit: "Cel", value: 21.5 }], born.checkpoint);
writeFileSync("example.seals", seal);
console.log(`sealed: example.seals, ${seal.length} bytes`);

async function post(path: string, body: object): Promise<string> {
  const { status, body: answered } = await registrar.send("POST", path, JSON.stringify(body));
  if (status >= 300) throw new Error(`${path}: ${status} ${Buffer.from(answered).toString()}`);
  return Buffer.from(answered).toString();
}
