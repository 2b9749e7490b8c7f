// SPDX-License-Identifier: Apache-2.0
// Two parties with a registrar behind them that neither talks to while they authenticate: which answers a verifier
// refuses, and which challenges a device does. Papers, state proofs and CRLs are real and came over sockets.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  type AnswerRequest,
  challenge,
  isAuthenticatedIdentity,
  MemoryChallengeStore,
  verifyAnswer,
} from "natalis/authenticate";
import { algorithms } from "natalis/formats";
import { formatUuid, type SignatureAlgorithm } from "natalis/kernel";
import { answerOf, bornDevice, type BornDevice, forgedAnswer } from "../support/answers.ts";
import { type GatheredEvidence, gatherEvidence } from "../support/evidence.ts";
import { openRegistrar, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";

const scope = scopeOf({ after });
const audience = "verifier.example";
const later = (seconds: number) => new Date(Date.now() + seconds * 1000);
let registrar: RunningRegistrar;
let device: BornDevice;
let evidence: GatheredEvidence;

before(async () => {
  registrar = await openRegistrar(scope);
  device = await bornAs("ANSWER-1");
  evidence = await gatherEvidence(registrar.admin, device.certificate);
});

test("the right answer is taken, with what it proves", async () => {
  const identity = await meet();
  assert.ok(isAuthenticatedIdentity(identity));
  assert.equal(formatUuid(identity.deviceId), device.id);
  assert.deepEqual([identity.state, identity.serial, identity.custody], ["active", "ANSWER-1", 0]);
  assert.deepEqual(identity.statusSources.map(({ kind }) => kind).toSorted(), ["crl", "state-proof"]);
});

test("an answer given twice", async () => {
  const { asked, challenges } = ask();
  const answer = await answerOf(device, asked);
  await judge({ answer, challenges });
  await assert.rejects(judge({ answer, challenges }), { code: "NAT_AUTHENTICATE_CHALLENGE_UNKNOWN" });
});

test("an answer to a challenge of somebody else", async () => {
  const answer = await answerOf(device, ask().asked);
  await assert.rejects(judge({ answer, challenges: ask().challenges }), { code: "NAT_AUTHENTICATE_CHALLENGE_UNKNOWN" });
});

test("an answer that comes too late", async () => {
  const { asked, challenges } = ask();
  const answer = await answerOf(device, asked);
  await assert.rejects(judge({ answer, challenges, at: later(61) }), { code: "NAT_AUTHENTICATE_CHALLENGE_EXPIRED" });
});

test("an answer for another audience, and a device that is asked in another's name", async () => {
  const { asked, challenges } = ask("relay.example");
  const answer = await answerOf(device, asked, "relay.example");
  await assert.rejects(judge({ answer, challenges }), { code: "NAT_AUTHENTICATE_AUDIENCE" });
  await assert.rejects(answerOf(device, ask("relay.example").asked, audience), { code: "NAT_DEVICE_AUDIENCE" });
});

test("an answer bent on its way", async () => {
  const { asked, challenges } = ask();
  const answer = (await answerOf(device, asked)).slice();
  answer[answer.length - 1] = (answer.at(-1) as number) ^ 1;
  await assert.rejects(judge({ answer, challenges }), { code: "NAT_COSE_SIGNATURE" });
});

for (const algorithm of [algorithms.ES256, algorithms.EdDSA])
  test(`an answer by another device's key (${algorithm.name})`, async () => {
    const thief = await bornAs(`THIEF-${algorithm.name}`, algorithm);
    const { asked, challenges } = ask();
    await assert.rejects(answerOf({ ...device, signer: thief.signer }, asked), { code: "NAT_DEVICE_KEY" });
    const answer = await forgedAnswer(thief.signer, device, asked);
    await assert.rejects(judge({ answer, challenges }), { code: /^NAT_COSE_(SIGNATURE|ALGORITHM)$/ });
  });

test("evidence about another device", async () => {
  const stranger = await bornAs("STRANGER-1");
  await assert.rejects(meet(stranger, evidence), { code: "NAT_AUTHENTICATE_STATE_FOREIGN" });
});

test("no evidence, or evidence that is too old", async () => {
  await assert.rejects(meet(device, { crls: [] }), { code: "NAT_AUTHENTICATE_STATUS_UNKNOWN" });
  const policy = { unknownStatus: "refuse", maxStateAge: 10 } as const;
  const old = meet(device, { stateProof: evidence.stateProof }, { policy, at: later(30) });
  await assert.rejects(old, { code: "NAT_AUTHENTICATE_STATUS_UNKNOWN" });
});

test("a device of another authority, whatever chain it shows", async () => {
  // The authorities have the same names, as an impostor's would: only the keys differ.
  const unproven = /^NAT_PATH_(ISSUER_UNKNOWN|SIGNATURE)$/;
  const foreign = await openRegistrar(scope);
  const stranger = await bornAs("FOREIGN-1", algorithms.ES256, foreign);
  const theirs = await gatherEvidence(foreign.admin, stranger.certificate);
  await assert.rejects(meet(stranger, theirs), { code: unproven });
  const mixed = { ...stranger, chain: device.chain };
  await assert.rejects(meet(mixed, theirs), { code: unproven });
  assert.ok(isAuthenticatedIdentity(await meet(stranger, theirs, { trust: foreign.trust })));
});

for (const [verb, code] of [
  ["suspend", "NAT_AUTHENTICATE_SUSPENDED"],
  ["revoke", "NAT_AUTHENTICATE_REVOKED"],
  ["retire", "NAT_AUTHENTICATE_RETIRED"],
] as const)
  test(`a device after ${verb}, by its state proof, and by the CRL alone`, async () => {
    const ended = await bornAs(`ENDED-${verb}`);
    const before = await gatherEvidence(registrar.admin, ended.certificate);
    await meet(ended, before);
    await registrar.admin.json("POST", `/devices/${ended.id}/${verb}`, {});
    const { stateProof, crls } = await gatherEvidence(registrar.admin, ended.certificate);
    await assert.rejects(meet(ended, { stateProof, crls: [] }), { code });
    await assert.rejects(meet(ended, { crls }), { code: /^NAT_AUTHENTICATE_(SUSPENDED|REVOKED|RETIRED)$/ });
    await assert.rejects(meet(ended, { stateProof, crls: before.crls }), { code });
    // An older proof of "active" does not outweigh a revocation; a suspension counts until the log lifts it.
    await assert.rejects(meet(ended, { stateProof: before.stateProof, crls }), {
      code: /^NAT_AUTHENTICATE_(SUSPENDED|REVOKED|RETIRED)$/,
    });
  });

function bornAs(serial: string, algorithm?: SignatureAlgorithm, at: RunningRegistrar = registrar): Promise<BornDevice> {
  return bornDevice(at.admin, serial, algorithm);
}

function ask(forAudience: string = audience) {
  const challenges = new MemoryChallengeStore();
  const asked = challenge({ audience: forAudience, at: new Date(), entropy: nodeEntropy });
  challenges.put(asked);
  return { asked, challenges };
}

type Judged = Pick<AnswerRequest, "answer" | "challenges"> & Partial<AnswerRequest>;

function judge(given: Judged) {
  return verifyAnswer({
    audience,
    trust: registrar.trust,
    evidence,
    policy: { unknownStatus: "refuse", maxStateAge: 900 },
    at: new Date(),
    verifier: nodeSignatureVerifier,
    hash: nodeHash,
    ...given,
  });
}

/** One whole authentication. */
async function meet(
  by: BornDevice = device,
  presented: Partial<GatheredEvidence> = evidence,
  given: Partial<AnswerRequest> = {},
) {
  const { asked, challenges } = ask();
  const answer = await answerOf(by, asked);
  return judge({ answer, challenges, evidence: presented, ...given });
}
