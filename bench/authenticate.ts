// SPDX-License-Identifier: Apache-2.0
// `bench -- authenticate`: whole authentications a second, of many devices in turn: path, identity, status by a state
// proof, and the answer to a challenge. What all devices have in common (the authority's certificate, the checkpoint)
// is verified once and remembered, as a verifier at work does; each device's certificate and answer are verified anew.
// So the limit is two P-256 verifications. Beside it: the same where the devices are known too ("chain cached"), whose
// limit is one verification, `authenticate-cached`.

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  type AnswerRequest,
  type Challenge,
  type ChallengeStore,
  rememberingVerifier,
  verifyAnswer,
} from "natalis/authenticate";
import { answerChallenge } from "natalis/device";
import { algorithms, type Certificate, parseSign1, signatureFromCose, signedBytes } from "natalis/formats";
import type { Signer } from "natalis/kernel";
import { stateProofOf } from "natalis/registry";
import {
  enrolment,
  openUnsafeTestLog,
  TestAuthority,
  testArc,
  testStationPrincipal,
  type UnsafeTestLog,
} from "natalis/testing";
import type { Bench, Operation } from "./bench.ts";
import { inTurn } from "./in-turn.ts";

interface Party {
  readonly certificate: Certificate;
  readonly request: Omit<AnswerRequest, "verifier">;
}

interface RawParty {
  readonly issuer: KeyObject;
  readonly key: KeyObject;
  readonly certificate: Certificate;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

const deviceCount = 512;
const audience = "bench";
/** Room for what devices have in common, and for no device. */
const sharedOnly = 16;

export const authenticateBench: Bench = {
  name: "authenticate",
  unit: "authentications",
  unitsPerOperation: 1,
  budget: 0.8,
  contenders: [
    { name: "authenticate", role: "work", prepare: () => prepareAuthenticating(sharedOnly) },
    { name: "limit", role: "limit", prepare: prepareTwoVerifications },
    { name: "chain cached", role: "beside", prepare: () => prepareAuthenticating() },
    { name: "one verification", role: "beside", prepare: prepareOneVerification },
  ],
};

export const authenticateCachedBench: Bench = {
  name: "authenticate-cached",
  unit: "authentications",
  unitsPerOperation: 1,
  budget: 0.85,
  contenders: [
    { name: "authenticate-cached", role: "work", prepare: () => prepareAuthenticating() },
    { name: "limit", role: "limit", prepare: prepareOneVerification },
  ],
};

async function prepareAuthenticating(limit?: number): Promise<Operation> {
  const next = inTurn((await openParties()).parties);
  const room = limit === undefined ? {} : { limit };
  const verifier = nodeSignatureVerifier;
  const evidenceVerifier = rememberingVerifier({ verifier, hash: nodeHash, ...room });
  return () => verifyAnswer({ ...next().request, verifier, evidenceVerifier });
}

async function prepareTwoVerifications(): Promise<Operation> {
  const next = inTurn(await openRawParties());
  return () => {
    const party = next();
    const { certificate, issuer } = party;
    if (!verify("sha256", certificate.tbs, issuer, certificate.signature)) throw new Error("a certificate fails");
    verifyRawAnswer(party);
  };
}

async function prepareOneVerification(): Promise<Operation> {
  const next = inTurn(await openRawParties());
  return () => verifyRawAnswer(next());
}

async function openRawParties(): Promise<RawParty[]> {
  const { parties, issuer } = await openParties();
  return parties.map((party) => rawPartyOf(party, issuer));
}

function verifyRawAnswer({ signed, key, signature }: RawParty): void {
  if (!verify("sha256", signed, key, signature)) throw new Error("an answer fails");
}

async function openParties(): Promise<{ parties: Party[]; issuer: Certificate }> {
  const signers = { rootSigner: newKey(), issuingSigner: newKey() };
  const authority = await TestAuthority.open({ ...signers, verifier: nodeSignatureVerifier });
  const log = await openUnsafeTestLog();
  await log.enter(enrolment(testStationPrincipal.id, { products: ["test-product"] }));
  const keys = Array.from({ length: deviceCount }, newKey);
  const births = [];
  for (const key of keys) births.push((await authority.birth(key)).event);
  await log.commit(...births);
  const parties: Party[] = [];
  for (const [index, event] of births.entries())
    parties.push(await partyOf(event.device.id, event.certificate, keys[index] as Signer, authority, log));
  return { parties, issuer: authority.issuing.certificate };
}

async function partyOf(
  id: Uint8Array,
  certificate: Uint8Array,
  signer: Signer,
  authority: TestAuthority,
  log: UnsafeTestLog,
): Promise<Party> {
  const at = log.now;
  const asked: Challenge = { nonce: nodeHash.sha256(id), audience, expiresAt: new Date(at.getTime() + 60_000) };
  const chain = [authority.issuing.certificate.der];
  const answer = await answerChallenge({
    challenge: asked,
    expectedAudience: audience,
    certificate,
    chain,
    signer,
    at,
  });
  const stateProof = await stateProofOf(id, log.registry.stores, nodeHash);
  const trust = { arc: testArc, roots: [authority.root.certificate], log: log.trust.policy };
  const policy = { unknownStatus: "refuse", maxStateAge: 900 } as const;
  const request = {
    answer,
    challenges: storeOf(asked),
    audience,
    trust,
    evidence: { stateProof },
    policy,
    at,
    hash: nodeHash,
  };
  const { certificate: read } = await verifyOnce(request);
  return { certificate: read, request };
}

function verifyOnce(request: Omit<AnswerRequest, "verifier">) {
  return verifyAnswer({ ...request, verifier: nodeSignatureVerifier });
}

/** Gives the same challenge out each time: the bench has it answered over and over. */
function storeOf(asked: Challenge): ChallengeStore {
  return { put: () => undefined, take: () => asked };
}

function rawPartyOf({ certificate, request }: Party, issuer: Certificate): RawParty {
  const sign1 = parseSign1(request.answer);
  const signature = signatureFromCose(algorithms.ES256, sign1.signature);
  return { issuer: keyOf(issuer), key: keyOf(certificate), certificate, signed: signedBytes(sign1), signature };
}

function keyOf({ publicKey }: Certificate): KeyObject {
  return createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
}

function newKey(): Signer {
  return generateKey(algorithms.ES256).signer;
}
