// SPDX-License-Identifier: Apache-2.0
// Authentication between two parties of which one is a web page: a browser judges a device on Node, and a device whose
// key lives in a browser answers a verifier on Node. Papers, state proofs and CRLs come from a registrar.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { challenge, MemoryChallengeStore, verifyAnswer } from "natalis/authenticate";
import { answerChallenge } from "natalis/device";
import { algorithms } from "natalis/formats";
import { formatUuid, fromBase64, type SignatureAlgorithm, toBase64 } from "natalis/kernel";
import type { Page } from "playwright-core";
import { openPage } from "../support/browser.ts";
import { gatherEvidence } from "../support/evidence.ts";
import { openRegistrar, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import {
  bear,
  type BirthAnswer,
  birthOf,
  makeDevice,
  type Papers,
  papersOf,
  type SoftwareDevice,
} from "../support/software-device.ts";
import type { Accepted, AskedChallenge, party, Refused } from "./browser-party.ts";

type Party = typeof party;

interface Born extends SoftwareDevice, Papers {
  readonly id: string;
}

const scope = scopeOf({ after });
const audience = "gate.example";
let registrar: RunningRegistrar;
let trust: string;
let page: Page;

before(async () => {
  registrar = await openRegistrar(scope);
  trust = readFileSync(join(registrar.place.folder, "trust.json"), "utf8");
  page = await openPage(scope, fileURLToPath(new URL("browser-party.ts", import.meta.url)));
});

suite("a browser verifies", () => {
  for (const algorithm of [algorithms.ES256, algorithms.ES384, algorithms.EdDSA])
    test(`a device on Node with an ${algorithm.name} key`, async () => {
      const device = await bornOnNode(`NODE-${algorithm.name}`, algorithm);
      assert.deepEqual(await browserJudges(device, await answerOnNode(device, await browserAsks())), {
        device: device.id,
        serial: device.serial,
        state: "active",
        sources: ["state-proof", "crl"],
      });
    });

  test("and says so where it lacks an algorithm, instead of guessing", async () => {
    const device = await bornOnNode("NODE-ML-DSA", algorithms["ML-DSA-44"]);
    const told = await browserJudges(device, await answerOnNode(device, await browserAsks()));
    assert.ok("device" in told ? told.device === device.id : told.refused === "NAT_WEBCRYPTO_UNSUPPORTED");
  });

  test("no answer twice", async () => {
    const device = await bornOnNode("REPLAY-1");
    const answer = await answerOnNode(device, await browserAsks());
    assert.ok("device" in (await browserJudges(device, answer)));
    assert.deepEqual(await browserJudges(device, answer), { refused: "NAT_AUTHENTICATE_CHALLENGE_UNKNOWN" });
  });

  test("no answer that was meant for another audience", async () => {
    const device = await bornOnNode("AUDIENCE-1");
    const answer = await answerOnNode(device, await browserAsks("relay.example"));
    assert.deepEqual(await browserJudges(device, answer), { refused: "NAT_AUTHENTICATE_AUDIENCE" });
  });

  test("no answer that was bent, and none of another device", async () => {
    const [device, other] = [await bornOnNode("BENT-1"), await bornOnNode("BENT-2")];
    const bent = (await answerOnNode(device, await browserAsks())).slice();
    bent[bent.length - 1] = (bent.at(-1) as number) ^ 1;
    assert.deepEqual(await browserJudges(device, bent), { refused: "NAT_COSE_SIGNATURE" });
    const answer = await answerOnNode(other, await browserAsks());
    assert.deepEqual(await browserJudges(device, answer), { refused: "NAT_AUTHENTICATE_STATE_FOREIGN" });
  });

  for (const [verb, code] of [
    ["suspend", "NAT_AUTHENTICATE_SUSPENDED"],
    ["revoke", "NAT_AUTHENTICATE_REVOKED"],
  ] as const)
    test(`no device after ${verb}`, async () => {
      const device = await bornOnNode(`ENDED-${verb}`);
      await registrar.admin.json("POST", `/devices/${device.id}/${verb}`, {});
      assert.deepEqual(await browserJudges(device, await answerOnNode(device, await browserAsks())), { refused: code });
    });
});

suite("a device in a browser", () => {
  let papers: Papers & { readonly id: string };

  test("is born by a request that it made, with a key that cannot leave", async () => {
    const request = await inBrowser("request", "BROWSER-1", "ES256");
    const answer = await registrar.admin.json<BirthAnswer>(
      "POST",
      "/births",
      birthOf({ request, serial: "BROWSER-1" }),
    );
    papers = { ...papersOf(answer), id: answer.device };
    assert.equal(await inBrowser("takeKeyOut"), "InvalidAccessError");
  });

  test("answers a verifier on Node, once", async () => {
    const { asked, challenges } = nodeAsks(audience);
    const answer = fromBase64((await browserAnswers(asked, audience)) as string);
    const identity = await nodeJudges(answer, challenges);
    assert.deepEqual([formatUuid(identity.deviceId), identity.serial], [papers.id, "BROWSER-1"]);
    await assert.rejects(nodeJudges(answer, challenges), { code: "NAT_AUTHENTICATE_CHALLENGE_UNKNOWN" });
  });

  test("answers nobody but the party that it means to talk to", async () => {
    const { asked } = nodeAsks("relay.example");
    assert.deepEqual(await browserAnswers(asked, audience), { refused: "NAT_DEVICE_AUDIENCE" });
  });

  test("is refused by a verifier that it did not answer for", async () => {
    const { asked, challenges } = nodeAsks("relay.example");
    const answer = fromBase64((await browserAnswers(asked, "relay.example")) as string);
    await assert.rejects(nodeJudges(answer, challenges), { code: "NAT_AUTHENTICATE_AUDIENCE" });
  });

  function browserAnswers(asked: { nonce: Uint8Array; audience: string }, expectedAudience: string) {
    return inBrowser("answer", {
      challenge: { nonce: toBase64(asked.nonce), audience: asked.audience },
      expectedAudience,
      certificate: toBase64(papers.certificate),
      chain: papers.chain.map(toBase64),
    });
  }

  async function nodeJudges(answer: Uint8Array, challenges: MemoryChallengeStore) {
    return verifyAnswer({
      answer,
      challenges,
      audience,
      trust: registrar.trust,
      evidence: await gatherEvidence(registrar.admin, papers.certificate),
      policy: { unknownStatus: "refuse", maxStateAge: 900 },
      at: new Date(),
      verifier: nodeSignatureVerifier,
      hash: nodeHash,
    });
  }
});

async function bornOnNode(serial: string, algorithm?: SignatureAlgorithm): Promise<Born> {
  const device = await makeDevice(serial, algorithm);
  const answer = await bear(registrar.admin, device);
  return { ...device, ...papersOf(answer), id: answer.device };
}

function answerOnNode(device: Born, { nonce, audience: asking }: AskedChallenge): Promise<Uint8Array> {
  const { certificate, chain, signer } = device;
  const asked = { nonce: fromBase64(nonce), audience: asking };
  return answerChallenge({ challenge: asked, expectedAudience: asking, certificate, chain, signer, at: new Date() });
}

function browserAsks(forAudience: string = audience): Promise<AskedChallenge> {
  return inBrowser("ask", forAudience);
}

async function browserJudges(device: Born, answer: Uint8Array): Promise<Accepted | Refused> {
  const { stateProof, crls } = await gatherEvidence(registrar.admin, device.certificate);
  const evidence = { stateProof: toBase64(stateProof), crls: crls.map(toBase64) };
  return inBrowser("verify", { answer: toBase64(answer), audience, trust, ...evidence });
}

function nodeAsks(forAudience: string) {
  const challenges = new MemoryChallengeStore();
  const asked = challenge({ audience: forAudience, at: new Date(), entropy: nodeEntropy });
  challenges.put(asked);
  return { asked, challenges };
}

/** Calls one function of the page's party. */
async function inBrowser<Name extends keyof Party>(
  name: Name,
  ...words: Parameters<Party[Name]>
): Promise<Awaited<ReturnType<Party[Name]>>> {
  const call = ([called, given]: [string, unknown[]]) => {
    const { party: there } = globalThis as unknown as { party: Record<string, (...given: unknown[]) => unknown> };
    return there[called]?.(...given);
  };
  return (await page.evaluate(call, [name, words] as [string, unknown[]])) as Awaited<ReturnType<Party[Name]>>;
}
