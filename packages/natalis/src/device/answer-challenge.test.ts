// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { answerType, parseAnswerPayload } from "../authenticate/index.ts";
import { algorithms, headerLabels, parseSign1, parseX5chain, parseX5t, verifySign1 } from "../formats/index.ts";
import { forgeCertificate } from "../testing/certificate-forge.ts";
import { type AnswerInput, answerChallenge } from "./index.ts";

const at = new Date("2026-11-01T00:00:00Z");
const challenge = { nonce: new Uint8Array(32).fill(1), audience: "registrar.example" };
const { signer } = generateKey(algorithms.ES256);
const { certificate } = await forgeCertificate({ name: "device", signer });
const issuer = await forgeCertificate({ name: "authority", signer: generateKey(algorithms.ES256).signer });
const input: AnswerInput = {
  challenge,
  expectedAudience: "registrar.example",
  certificate: certificate.der,
  chain: [issuer.certificate.der],
  signer,
  at,
};

for (const algorithm of Object.values(algorithms))
  test(`${algorithm.name}: the answer is signed, typed, and carries its certificates`, async () => {
    const own = generateKey(algorithm).signer;
    const mine = (await forgeCertificate({ name: "device", signer: own })).certificate.der;
    const sign1 = parseSign1(await answerChallenge({ ...input, certificate: mine, signer: own }));
    await verifySign1(sign1, own.publicKey, nodeSignatureVerifier);
    const { algorithm: label, type, x5t, x5chain } = headerLabels;
    assert.deepEqual(new Set(sign1.protectedHeader.keys()), new Set([label, type, x5t]));
    assert.equal(sign1.protectedHeader.get(type), answerType);
    assert.deepEqual(parseX5t(sign1.protectedHeader.get(x5t)), nodeHash.sha256(mine));
    assert.deepEqual(parseX5chain(sign1.unprotectedHeader.get(x5chain)), [mine, issuer.certificate.der]);
    assert.deepEqual(parseAnswerPayload(sign1.payload), { ...challenge, deviceTime: at });
  });

test("a channel binding is signed where it is given", async () => {
  const channelBinding = new Uint8Array(32).fill(9);
  const sign1 = parseSign1(await answerChallenge({ ...input, channelBinding }));
  assert.deepEqual(parseAnswerPayload(sign1.payload).channelBinding, channelBinding);
});

const refusals: readonly [title: string, changes: Partial<AnswerInput>, code: string][] = [
  ["a challenge of another audience", { challenge: { ...challenge, audience: "evil.example" } }, "NAT_DEVICE_AUDIENCE"],
  [
    "an audience that only looks alike",
    { challenge: { ...challenge, audience: "Registrar.example" } },
    "NAT_DEVICE_AUDIENCE",
  ],
  ["another key's certificate", { certificate: issuer.certificate.der }, "NAT_DEVICE_KEY"],
  ["a short nonce", { challenge: { ...challenge, nonce: new Uint8Array(31) } }, "NAT_ANSWER_FORM"],
  ["a short channel binding", { channelBinding: new Uint8Array(31) }, "NAT_ANSWER_FORM"],
  ["too long a chain", { chain: new Array(10).fill(certificate.der) }, "NAT_COSE_HEADER"],
];
for (const [title, changes, code] of refusals)
  test(`refused: ${title}`, () =>
    assert.rejects(answerChallenge({ ...input, ...changes }), { name: "NatalisError", code }));
