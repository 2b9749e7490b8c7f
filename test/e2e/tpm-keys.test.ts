// SPDX-License-Identifier: Apache-2.0
// A device whose key is in a TPM (swtpm), against a registrar over real sockets: born, authenticated, sealing, and again
// after its process was restarted.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  connectRegistrar,
  FileSealState,
  nodeHash,
  nodeSignatureVerifier,
  openTpm,
  type NodeRegistrarConnection,
  type SoftwareTpm,
  type TpmKey,
} from "@natalis/node";
import { parseBirthRecord } from "natalis/birth";
import { answerChallenge, beBorn, type Born, Sealer } from "natalis/device";
import { algorithms, parseCertificate } from "natalis/formats";
import { fromBase64, toBase64 } from "natalis/kernel";
import { parseTrustFile, type TrustFile } from "natalis/registry";
import { sealingCertificate, verifySeal } from "natalis/trust";
import { openRegistrar, product, readToken } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { TpmMaker } from "../support/software-tpm.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const scope = scopeOf({ after });
const folder = temporaryFolder(scope);
let chip: SoftwareTpm;
let registrar: NodeRegistrarConnection;
let trust: TrustFile;

before(async () => {
  const { place } = await openRegistrar(scope);
  trust = parseTrustFile(readFileSync(join(place.folder, "trust.json"), "utf8"));
  registrar = connectRegistrar({ url: `https://127.0.0.1:${place.httpsPort}`, trust, token: readToken(place) });
  chip = await new TpmMaker(scope).make();
});

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const { status, body: answered } = await registrar.send("POST", path, JSON.stringify(body));
  const text = Buffer.from(answered).toString();
  assert.ok(status < 300, text);
  return JSON.parse(text) as Record<string, unknown>;
}

async function authenticate(signer: TpmKey, born: Born): Promise<string> {
  const audience = "a test";
  const asked = await post("/challenges", { audience });
  const challenge = { nonce: fromBase64(String(asked.nonce)), audience };
  const answer = await answerChallenge({ challenge, expectedAudience: audience, signer, ...born, at: new Date() });
  return JSON.stringify(await post("/authentications", { answer: toBase64(answer), audience }));
}

for (const algorithm of [algorithms.ES256, algorithms.ES384])
  test(`a device with a key of ${algorithm.title}`, async () => {
    const tpm = await openTpm({ place: chip.place });
    const signer = await tpm.createKey(algorithm);
    const ports = { at: new Date(), verifier: nodeSignatureVerifier, hash: nodeHash };
    const unit = { product, model: "TPM", serial: `TPM-${algorithm.name}`, facility: "Plant 7" };
    const born = await beBorn({ registrar, signer, unit, trust, ...ports });
    assert.deepEqual(parseCertificate(born.certificate).publicKey, signer.publicKey);
    // That the key is in a TPM was not proven to the registrar, so it is not said.
    assert.equal(parseBirthRecord(born.record).custody, 0);
    assert.match(await authenticate(signer, born), /"custody":0/);
    await tpm.close();

    const again = await openTpm({ place: chip.place });
    const key = await again.openKey(signer.wrapped as Uint8Array);
    assert.match(await authenticate(key, born), /"custody":0/);
    const store = new FileSealState(join(folder, algorithm.name));
    const sealer = await Sealer.open({ signer: key, ...born, arc: trust.arc, store, hash: nodeHash });
    const records = [{ time: 1, name: "load", unit: "/", value: 0.5 }];
    const { seal } = await sealer.seal(records, born.checkpoint);
    const by = sealingCertificate(parseCertificate(born.certificate), trust.arc, nodeHash);
    const verified = await verifySeal({ seal, sealedBy: by, verifier: nodeSignatureVerifier, hash: nodeHash });
    assert.equal(verified.seal.count, 1);
    assert.deepEqual((await beBorn({ registrar, signer: key, unit, trust, ...ports })).certificate, born.certificate);
    await again.close();
  });
