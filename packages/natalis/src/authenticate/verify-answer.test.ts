// SPDX-License-Identifier: Apache-2.0
// Both steps between two parties: what a verifier accepts, and every way in which an answer is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import * as fc from "fast-check";
import {
  algorithms,
  type CborKey,
  type CborMap,
  type CborValue,
  encodeCbor,
  encodeExtendedKeyUsage,
  encodeSign1Structure,
  encodeX5chain,
  encodeX5t,
  headerLabels,
  noteSigner,
  oids,
  oidsOf,
  parseLogPolicy,
  parseSign1,
  signatureToCose,
  signSign1,
  verifierKey,
  verifySign1,
} from "../formats/index.ts";
import {
  isNatalisError,
  portableHash,
  type SignatureAlgorithm,
  type SignatureVerifier,
  type Signer,
} from "../kernel/index.ts";
import type { DeviceState, TrustFile } from "../registry/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../testing/certificate-forge.ts";
import { forgeBirthCertificate, forgeStateProof } from "../testing/identity-forge.ts";
import {
  type AnswerPayload,
  type AnswerRequest,
  answerType,
  challenge,
  encodeAnswerPayload,
  isAuthenticatedIdentity,
  MemoryChallengeStore,
  verifyAnswer,
} from "./index.ts";

const arc = "1.3.6.1.4.1.32473";
const audience = "registrar.example";
const at = new Date("2026-11-24T12:00:00Z");
const later = (milliseconds: number) => new Date(at.getTime() + milliseconds);
const key = (algorithm: SignatureAlgorithm = algorithms.ES256): Signer => generateKey(algorithm).signer;
const deviceId = Uint8Array.from({ length: 16 }, (_, i) => i);
const binding = new Uint8Array(32).fill(9);

const root = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const issuing = await forgeCertificate({
  name: "issuing",
  issuer: root,
  signer: key(),
  extensions: authorityExtensions(),
});
const foreignRoot = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const bear = (signer: Signer, issuer = issuing) => forgeBirthCertificate({ arc, issuer, signer, deviceId });
const device = await bear(key());
const other = await bear(key());
const foreign = await bear(key(), foreignRoot);

const logSigner = key(algorithms.EdDSA);
const log = noteSigner("registrar.example/births", logSigner, nodeHash);
const trust: TrustFile = {
  arc,
  roots: [root.certificate],
  log: parseLogPolicy(`log ${verifierKey(log.name, logSigner.publicKey, nodeHash)}\nquorum none\n`),
};
const prove = (by: Forged, state: DeviceState = "active") =>
  forgeStateProof({ device: by, deviceId, state, since: later(-9000), time: later(-1000), log });

interface Said {
  /** Whose certificate the answer names and brings. */
  readonly as?: Forged;
  /** Whose key signs it. */
  readonly by?: Signer;
  readonly payload?: Partial<AnswerPayload>;
  readonly header?: readonly (readonly [CborKey, CborValue | undefined])[];
  readonly chain?: readonly Uint8Array[] | undefined;
}

/** The answer of a device, right but for what `said` changes. */
function answerTo(nonce: Uint8Array, said: Said = {}): Promise<Uint8Array> {
  const { as = device, by = as.signer, payload, header = [] } = said;
  const chain = "chain" in said ? said.chain : [as.certificate.der, issuing.certificate.der];
  const usual: [CborKey, CborValue][] = [
    [headerLabels.type, answerType],
    [headerLabels.x5t, encodeX5t(as.certificate.der, nodeHash)],
  ];
  const protectedHeader = new Map(
    [...new Map<CborKey, CborValue | undefined>([...usual, ...header])].filter(([, value]) => value !== undefined),
  ) as CborMap;
  return signSign1({
    protectedHeader,
    unprotectedHeader: chain === undefined ? new Map() : new Map([[headerLabels.x5chain, encodeX5chain(chain)]]),
    payload: encodeAnswerPayload({ nonce, audience, deviceTime: later(5), ...payload }),
    signer: by,
  });
}

function open(): { challenges: MemoryChallengeStore; nonce: Uint8Array } {
  const challenges = new MemoryChallengeStore();
  const issued = challenge({ audience, at, entropy: nodeEntropy });
  challenges.put(issued);
  return { challenges, nonce: issued.nonce };
}

async function request(
  answer: Uint8Array,
  challenges: MemoryChallengeStore,
  fields: Partial<AnswerRequest> = {},
): Promise<AnswerRequest> {
  return {
    answer,
    challenges,
    audience,
    trust,
    evidence: { stateProof: await prove(device) },
    policy: { unknownStatus: "refuse", maxStateAge: 600 },
    at: later(1000),
    verifier: nodeSignatureVerifier,
    hash: nodeHash,
    ...fields,
  };
}

/** One authentication from challenge to verdict. */
async function authenticate(said: Said = {}, fields: Partial<AnswerRequest> = {}) {
  const { challenges, nonce } = open();
  return verifyAnswer(await request(await answerTo(nonce, said), challenges, fields));
}

test("a right answer authenticates the device", async () => {
  const identity = await authenticate();
  assert.ok(isAuthenticatedIdentity(identity));
  assert.deepEqual(identity.deviceId, deviceId);
  assert.equal(identity.state, "active");
  const { nonce, ...facts } = identity.answer;
  assert.equal(nonce.length, 32);
  assert.deepEqual(facts, { audience, deviceTime: later(5), channelBound: false });
  for (const lookAlike of [Object.assign({}, identity), Object.create(identity), undefined, null, "identity"])
    assert.ok(!isAuthenticatedIdentity(lookAlike));
});

for (const algorithm of Object.values(algorithms))
  test(`${algorithm.name}: a right answer authenticates, one by another key of the kind does not`, async () => {
    const as = await bear(key(algorithm));
    const evidence = { stateProof: await prove(as) };
    assert.ok(isAuthenticatedIdentity(await authenticate({ as }, { evidence })));
    await assert.rejects(authenticate({ as, by: key(algorithm) }, { evidence }), { code: "NAT_COSE_SIGNATURE" });
  });

test("the portable hash serves as well", async () => {
  assert.ok(isAuthenticatedIdentity(await authenticate({}, { hash: portableHash })));
});

test("certificates may come with the answer, beside it, or both, in any order", async () => {
  const evidence = { chain: [issuing.certificate.der, device.certificate.der], stateProof: await prove(device) };
  assert.ok(isAuthenticatedIdentity(await authenticate({ chain: undefined }, { evidence })));
  assert.ok(isAuthenticatedIdentity(await authenticate({}, { evidence })));
  assert.ok(
    isAuthenticatedIdentity(
      await authenticate({ chain: [other.certificate.der, issuing.certificate.der, device.certificate.der] }),
    ),
  );
});

test("an answer bound to the channel that the verifier requires", async () => {
  const policy = { unknownStatus: "refuse", maxStateAge: 600, channelBinding: binding } as const;
  const identity = await authenticate({ payload: { channelBinding: binding } }, { policy });
  assert.equal(identity.answer.channelBound, true);
  assert.equal((await authenticate({ payload: { channelBinding: binding } })).answer.channelBound, false);
});

test("a challenge is answered up to its last millisecond", async () => {
  assert.ok(isAuthenticatedIdentity(await authenticate({}, { at: later(59_999) })));
});

test("replayed: the second verdict on one answer is a refusal", async () => {
  const { challenges, nonce } = open();
  const given = await request(await answerTo(nonce), challenges);
  await verifyAnswer(given);
  await assert.rejects(verifyAnswer(given), { code: "NAT_AUTHENTICATE_CHALLENGE_UNKNOWN" });
});

test("a challenge is spent by a wrong answer too", async () => {
  for (const said of [{ by: other.signer }, { payload: { audience: "else.example" } }, { as: foreign }]) {
    const { challenges, nonce } = open();
    await assert.rejects(verifyAnswer(await request(await answerTo(nonce, said), challenges)));
    const right = await request(await answerTo(nonce), challenges);
    await assert.rejects(verifyAnswer(right), { code: "NAT_AUTHENTICATE_CHALLENGE_UNKNOWN" });
  }
});

test("of two answers at once to one challenge one is accepted", async () => {
  const { challenges, nonce } = open();
  const given = await request(await answerTo(nonce), challenges);
  const verdicts = await Promise.allSettled([verifyAnswer(given), verifyAnswer(given)]);
  assert.deepEqual(verdicts.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
});

const strict = { unknownStatus: "refuse", maxStateAge: 600, channelBinding: binding } as const;
const state = async (of: DeviceState) => ({ evidence: { stateProof: await prove(device, of) } });

const refusals: readonly {
  name: string;
  code: string;
  said?: Said;
  fields?: () => Promise<Partial<AnswerRequest>> | Partial<AnswerRequest>;
}[] = [
  {
    name: "a challenge never issued",
    said: { payload: { nonce: new Uint8Array(32) } },
    code: "NAT_AUTHENTICATE_CHALLENGE_UNKNOWN",
  },
  { name: "an expired challenge", fields: () => ({ at: later(60_000) }), code: "NAT_AUTHENTICATE_CHALLENGE_EXPIRED" },
  {
    name: "an answer for a foreign audience",
    said: { payload: { audience: "else.example" } },
    code: "NAT_AUTHENTICATE_AUDIENCE",
  },
  {
    name: "a challenge for a foreign audience",
    said: { payload: { audience: "else.example" } },
    fields: () => ({ audience: "else.example" }),
    code: "NAT_AUTHENTICATE_AUDIENCE",
  },
  {
    name: "no channel binding where one is required",
    fields: () => ({ policy: strict }),
    code: "NAT_AUTHENTICATE_CHANNEL",
  },
  {
    name: "another channel",
    said: { payload: { channelBinding: new Uint8Array(32) } },
    fields: () => ({ policy: strict }),
    code: "NAT_AUTHENTICATE_CHANNEL",
  },
  { name: "an answer by another device's key", said: { by: other.signer }, code: "NAT_COSE_SIGNATURE" },
  { name: "an answer by a key of another kind", said: { by: key(algorithms.EdDSA) }, code: "NAT_COSE_ALGORITHM" },
  {
    name: "a certificate of another authority",
    said: { as: foreign, chain: [foreign.certificate.der] },
    code: "NAT_PATH_SIGNATURE",
  },
  { name: "a suspended device", fields: () => state("suspended"), code: "NAT_AUTHENTICATE_SUSPENDED" },
  { name: "a revoked device", fields: () => state("revoked"), code: "NAT_AUTHENTICATE_REVOKED" },
  { name: "a retired device", fields: () => state("retired"), code: "NAT_AUTHENTICATE_RETIRED" },
  { name: "a device of unknown status", fields: () => ({ evidence: {} }), code: "NAT_AUTHENTICATE_STATUS_UNKNOWN" },
  { name: "the state of another device", said: { as: other }, code: "NAT_AUTHENTICATE_STATE_FOREIGN" },
  {
    name: "certificates without the one named",
    said: { chain: [issuing.certificate.der, other.certificate.der] },
    code: "NAT_AUTHENTICATE_CERTIFICATE",
  },
  { name: "no certificates at all", said: { chain: undefined }, code: "NAT_AUTHENTICATE_CERTIFICATE" },
  { name: "no typ", said: { header: [[headerLabels.type, undefined]] }, code: "NAT_AUTHENTICATE_ANSWER" },
  {
    name: "a seal in place of an answer",
    said: { header: [[headerLabels.type, "application/vnd.natalis.seal+cose"]] },
    code: "NAT_AUTHENTICATE_ANSWER",
  },
  { name: "no x5t", said: { header: [[headerLabels.x5t, undefined]] }, code: "NAT_AUTHENTICATE_ANSWER" },
  {
    name: "x5t by another hash",
    said: { header: [[headerLabels.x5t, [-15, new Uint8Array(32)]]] },
    code: "NAT_COSE_HEADER",
  },
  { name: "a protected header too many", said: { header: [[99, 0]] }, code: "NAT_AUTHENTICATE_ANSWER" },
  {
    name: "its certificates in the protected header",
    said: { chain: undefined, header: [[headerLabels.x5chain, device.certificate.der]] },
    code: "NAT_AUTHENTICATE_ANSWER",
  },
  {
    name: "a verdict in place of an answer",
    said: { header: [[headerLabels.type, "application/vnd.natalis.verdict+cose"]] },
    code: "NAT_AUTHENTICATE_ANSWER",
  },
  {
    name: "at a Date without an instant",
    fields: () => ({ at: new Date(Number.NaN) }),
    code: "NAT_AUTHENTICATE_CHALLENGE_EXPIRED",
  },
];

for (const { name, code, said, fields } of refusals)
  test(`refused: ${name} (${code})`, async () => {
    await assert.rejects(authenticate(said, await fields?.()), { code });
  });

test("refused: an algorithm that is not protected", async () => {
  const { challenges, nonce } = open();
  const sign1 = parseSign1(await answerTo(nonce));
  const header = new Map([...sign1.protectedHeader].filter(([label]) => label !== headerLabels.algorithm));
  const protectedBytes = encodeCbor(header);
  const signature = await device.signer.sign(encodeSign1Structure(protectedBytes, sign1.payload));
  const unprotected = new Map([...sign1.unprotectedHeader, [headerLabels.algorithm, -7]]);
  const answer = encodeCbor([
    protectedBytes,
    unprotected,
    sign1.payload,
    signatureToCose(device.signer.algorithm, signature),
  ]);
  await verifySign1(parseSign1(answer), device.certificate.publicKey, nodeSignatureVerifier);
  await assert.rejects(verifyAnswer(await request(answer, challenges)), { code: "NAT_AUTHENTICATE_ANSWER" });
});

test("refused: a challenge whose store lost the instant of its expiry", async () => {
  const { nonce } = open();
  const forgetful = { put: () => undefined, take: () => ({ nonce, audience, expiresAt: new Date(Number.NaN) }) };
  const given = { ...(await request(await answerTo(nonce), new MemoryChallengeStore())), challenges: forgetful };
  await assert.rejects(verifyAnswer(given), { code: "NAT_AUTHENTICATE_CHALLENGE_EXPIRED" });
});

test("an answer is judged for the purpose of answering, whatever its request was made from", async () => {
  const onlySeal = extension(oids.extendedKeyUsage, encodeExtendedKeyUsage([oidsOf(arc).seal]));
  const sealing = await forgeBirthCertificate({
    arc,
    issuer: issuing,
    signer: key(),
    deviceId,
    extensions: [onlySeal],
  });
  const { challenges, nonce } = open();
  const given = await request(await answerTo(nonce, { as: sealing }), challenges);
  const madeFromAnother = { ...given, purpose: oidsOf(arc).seal };
  await assert.rejects(verifyAnswer(madeFromAnother), { code: "NAT_PATH_PURPOSE" });
});

test("the certificates beside an answer may fill its bounds, and not exceed them", async () => {
  const { der } = issuing.certificate;
  const filled = async (count: number) => ({
    evidence: { chain: new Array<Uint8Array>(count).fill(der), stateProof: await prove(device) },
  });
  const chain = [device.certificate.der];
  assert.ok(isAuthenticatedIdentity(await authenticate({ chain }, await filled(16))));
  await assert.rejects(authenticate({ chain }, await filled(17)), { code: "NAT_AUTHENTICATE_EVIDENCE" });
});

test("an answer of 64 KiB is parsed, for what it is", async () => {
  const { challenges } = open();
  await assert.rejects(verifyAnswer(await request(new Uint8Array(65_536), challenges)), { code: "NAT_CBOR_TRAILING" });
});

test("an answer beyond 64 KiB is not even parsed", async () => {
  const { challenges } = open();
  await assert.rejects(verifyAnswer(await request(new Uint8Array(65_537), challenges)), {
    code: "NAT_AUTHENTICATE_ANSWER",
  });
});

test("an answer with any bit changed, cut short or grown is refused with a catalogue code or means the same", async () => {
  const { nonce } = open();
  const answer = await answerTo(nonce);
  const prepared = await request(answer, new MemoryChallengeStore());
  const verdict = (bytes: Uint8Array) => {
    const challenges = new MemoryChallengeStore();
    challenges.put({ nonce, audience, expiresAt: later(60_000) });
    return verifyAnswer({ ...prepared, answer: bytes, challenges });
  };
  const changes = fc.oneof(
    fc.nat(answer.length * 8 - 1).map((bit) => answer.with(bit >> 3, (answer[bit >> 3] as number) ^ (1 << (bit & 7)))),
    fc.nat(answer.length - 1).map((length) => answer.subarray(0, length)),
    fc.uint8Array({ minLength: 1, maxLength: 8 }).map((more) => Uint8Array.from([...answer, ...more])),
  );
  await fc.assert(
    fc.asyncProperty(changes, async (changed) => {
      try {
        assert.deepEqual((await verdict(changed)).deviceId, deviceId);
      } catch (error) {
        assert.ok(isNatalisError(error), String(error));
      }
    }),
    { numRuns: 300 },
  );
});

test("what devices have in common goes to the evidence verifier, the answer to the other", async () => {
  const asked = { answer: 0, evidence: 0 };
  const counting = (kind: keyof typeof asked): SignatureVerifier => ({
    verify(...given) {
      asked[kind]++;
      return nodeSignatureVerifier.verify(...given);
    },
  });
  await authenticate({}, { verifier: counting("answer"), evidenceVerifier: counting("evidence") });
  assert.equal(asked.answer, 1);
  assert.ok(asked.evidence >= 3, "two certificates and a checkpoint");
  const blind = { verifier: { verify: () => false }, evidenceVerifier: nodeSignatureVerifier };
  await assert.rejects(authenticate({}, blind), { code: "NAT_COSE_SIGNATURE" });
});
