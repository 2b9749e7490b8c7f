// SPDX-License-Identifier: Apache-2.0
// The use case over a real registry: which evidence it brings and how old that may be. Which answers are refused is
// tested in natalis/authenticate.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  answerType,
  type Challenge,
  encodeAnswerPayload,
  MemoryChallengeStore,
  type VerifiedIdentity,
  verifyVerdict,
} from "natalis/authenticate";
import { answerChallenge } from "natalis/device";
import {
  algorithms,
  type CborKey,
  type CborValue,
  encodeX5chain,
  encodeX5t,
  headerLabels,
  parseSign1,
  parseX5chain,
  signSign1,
} from "natalis/formats";
import type { BirthAnswer } from "natalis/birth";
import type { Clock } from "natalis/kernel";
import { VolatileInsecureRegistry } from "natalis/testing";
import { Authentications } from "./authentications.ts";
import { Lifecycle } from "./lifecycle.ts";
import { RevocationLists } from "./revocation-lists.ts";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "./unsafe-test-registry.ts";
import { certifyVerdictKey } from "./verdict-key.ts";

const audience = "gate.example";
const { signer } = generateKey(algorithms.ES256);
let made: UnsafeTestRegistry;
let service: Authentications;
let born: BirthAnswer;

beforeEach(async () => {
  made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
  // Births are by the system's clock; half a second past a whole one, after them.
  made.clock.at = Math.ceil(Date.now() / 1000) * 1000 + 1500;
  born = await birthsOf(made).bear(testStation, await birthInput("A-1", signer));
  service = await serviceOf(made);
});

async function serviceOf(registry: UnsafeTestRegistry, clockOfLists: Clock = registry.clock): Promise<Authentications> {
  const { stores, proofs, trust, clock, issuing, issuingKey } = registry;
  return new Authentications({
    stores,
    proofs,
    trust,
    clock,
    revocationLists: new RevocationLists(stores, issuing, issuingKey, clockOfLists),
    challenges: new MemoryChallengeStore(),
    chain: [issuing.certificate.der],
    key: await keyOf(registry),
  });
}

function keyOf({ issuing, issuingKey, queue, clock }: UnsafeTestRegistry) {
  return certifyVerdictKey({ authority: issuing, issuing: issuingKey, queue }, clock);
}

function answerTo(challenge: Challenge, by: BirthAnswer = born): Promise<Uint8Array> {
  const own = { certificate: by.certificate, chain: by.chain, signer };
  return answerChallenge({ challenge, expectedAudience: audience, ...own, at: made.clock.now() });
}

async function authenticate() {
  return service.authenticate(await answerTo(await service.challenge(audience)), audience, []);
}

function relyOn(verdict: Uint8Array) {
  const ports = { verifier: nodeSignatureVerifier, hash: nodeHash };
  return verifyVerdict({ verdict, audience, trust: made.trust, at: made.clock.now(), ...ports });
}

const kindsOf = ({ statusSources }: VerifiedIdentity) => statusSources.map(({ kind }) => kind).toSorted();

test("an answer is judged by state proof and list of this registry, and the verdict holds for five minutes", async () => {
  const { identity, verdict, validUntil } = await authenticate();
  assert.deepEqual(identity.deviceId, born.deviceId);
  assert.deepEqual(kindsOf(identity), ["crl", "state-proof"]);
  assert.equal(validUntil.getTime() - made.clock.at, 300_000);
  const relied = await relyOn(verdict);
  assert.deepEqual([relied.deviceId, relied.validUntil, relied.channelBound], [born.deviceId, validUntil, false]);
});

test("a challenge is for a minute and for one audience", async () => {
  const late = await answerTo(await service.challenge(audience));
  made.clock.at += 60_000;
  await assert.rejects(service.authenticate(late, audience, []), { code: "NAT_AUTHENTICATE_CHALLENGE_EXPIRED" });
  const other = await answerTo({ ...(await service.challenge("other.example")), audience });
  await assert.rejects(service.authenticate(other, audience, []), { code: "NAT_AUTHENTICATE_AUDIENCE" });
  const twice = await answerTo(await service.challenge(audience));
  await service.authenticate(twice, audience, []);
  await assert.rejects(service.authenticate(twice, audience, []), { code: "NAT_AUTHENTICATE_CHALLENGE_UNKNOWN" });
});

test("the device is the one that the answer names, wherever its certificate stands", async () => {
  const beside = [...born.chain].toReversed();
  for (const travelling of [[...beside, born.certificate], beside]) {
    const answer = await answerWith(await service.challenge(audience), travelling);
    const { identity } = await service.authenticate(answer, audience, [...beside, born.certificate]);
    assert.deepEqual(identity.deviceId, born.deviceId);
  }
});

test("a list that was signed while the answer was judged counts", async () => {
  // Each look at the clock takes its time, and seconds are all that a list tells.
  const slow = {
    now: () => {
      made.clock.at += 600;
      return made.clock.now();
    },
  };
  service = await serviceOf(made, slow);
  assert.deepEqual(kindsOf((await authenticate()).identity), ["crl", "state-proof"]);
});

test("a log that has been still for long vouches for nobody, the list still does", async () => {
  made.clock.at += 901_000;
  assert.deepEqual(kindsOf((await authenticate()).identity), ["crl"]);
  await made.queue.touch();
  assert.deepEqual(kindsOf((await authenticate()).identity), ["crl", "state-proof"]);
});

for (const [verb, code] of [
  ["suspend", "NAT_AUTHENTICATE_SUSPENDED"],
  ["revoke", "NAT_AUTHENTICATE_REVOKED"],
  ["retire", "NAT_AUTHENTICATE_RETIRED"],
] as const)
  test(`refused at once: a device after ${verb}, by its answer and by its TLS connection`, async () => {
    const answer = await answerTo(await service.challenge(audience));
    await new Lifecycle(made.queue, made.proofs, made.clock).change(verb, born.deviceId, { actor: "registrar-1" });
    await assert.rejects(service.authenticate(answer, audience, []), { code });
    await assert.rejects(service.identify(born.certificate), { code });
  });

test("refused: devices of another registry, and one that this registry lost", async () => {
  const foreign = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
  const stranger = await birthsOf(foreign).bear(testStation, await birthInput("A-1", signer));
  const answer = await answerTo(await service.challenge(audience), stranger);
  await assert.rejects(service.authenticate(answer, audience, []), { code: /^NAT_PATH_/ });
  await assert.rejects(service.identify(stranger.certificate), { code: /^NAT_PATH_/ });
  const { clock, trust, issuing, issuingKey } = made;
  const empty = await serviceOf({ ...foreign, clock, trust, issuing, issuingKey });
  await assert.rejects(empty.identify(born.certificate), { code: "NAT_AUTHENTICATE_STATUS_UNKNOWN" });
});

test("refused with its own code: what is no answer, and a certificate that serves no device", async () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(40).fill(0xa0), born.certificate])
    await assert.rejects(service.authenticate(bytes, audience, []), { code: /^NAT_(?:CBOR|COSE)_/ });
  const authority = made.issuing.certificate.der;
  const answer = await answerWith(await service.challenge(audience), [authority], authority);
  await assert.rejects(service.authenticate(answer, audience, []), { code: /^NAT_PATH_/ });
  await assert.rejects(service.identify(authority), { code: /^NAT_PATH_/ });
});

test("the handshake's certificate says who the device is", async () => {
  const identity = await service.identify(born.certificate);
  assert.deepEqual([identity.deviceId, identity.serial, identity.state], [born.deviceId, "A-1", "active"]);
  assert.deepEqual(kindsOf(identity), ["crl", "state-proof"]);
});

test("a new key signs the verdicts from then on, and those before still hold", async () => {
  const before = await authenticate();
  service.useKey(await keyOf(made));
  const afterwards = await authenticate();
  const signers = [before, afterwards].map(({ verdict }) => {
    const [certificate] = parseX5chain(parseSign1(verdict).unprotectedHeader.get(headerLabels.x5chain));
    return certificate;
  });
  assert.notDeepEqual(signers[0], signers[1]);
  for (const { verdict } of [before, afterwards]) await relyOn(verdict);
});

/** An answer with its certificates in any order, in the name of any of them. */
function answerWith(
  { nonce }: Challenge,
  travelling: readonly Uint8Array[],
  named: Uint8Array = born.certificate,
): Promise<Uint8Array> {
  return signSign1({
    protectedHeader: new Map<CborKey, CborValue>([
      [headerLabels.type, answerType],
      [headerLabels.x5t, encodeX5t(named, nodeHash)],
    ]),
    unprotectedHeader: new Map([[headerLabels.x5chain, encodeX5chain(travelling)]]),
    payload: encodeAnswerPayload({ nonce, audience, deviceTime: made.clock.now() }),
    signer,
  });
}
