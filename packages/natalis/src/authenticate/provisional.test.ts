// SPDX-License-Identifier: Apache-2.0
// What a station issued: refused under every policy without proof that it is registered, and taken with one. A station
// that was stolen mints what nobody believes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { algorithms, oidsOf, parseCertificate, parseCertificateList } from "../formats/index.ts";
import { buildCertificateList, shardOf } from "../issue/index.ts";
import { answerChallenge } from "../device/index.ts";
import { encodeBirthReceipt, type BirthReceipt, receiptOf, stateProofOf, type TrustFile } from "../registry/index.ts";
import {
  enrolment,
  openUnsafeTestLog,
  TestAuthority,
  testArc,
  type TestBirth,
  testStart,
  testStationPrincipal,
} from "../testing/index.ts";
import {
  challenge,
  type Evidence,
  type IdentityRequest,
  MemoryChallengeStore,
  type PathRequest,
  validatePath,
  verifyAnswer,
  verifyIdentity,
} from "./index.ts";

const signerOf = () => generateKey(algorithms.ES256).signer;
const own = await TestAuthority.open({
  at: testStart,
  rootSigner: signerOf(),
  issuingSigner: signerOf(),
  verifier: nodeSignatureVerifier,
});
const stationSigner = signerOf();
const station = await own.station({ signer: stationSigner });
const log = await openUnsafeTestLog();
await log.enter(enrolment(testStationPrincipal.id, { products: ["test-product"] }));
const trust: TrustFile = { arc: testArc, roots: [own.root.certificate], log: log.trust.policy };
const chain = [station.authority.certificate.der, own.issuing.certificate.der];

const deviceSigner = signerOf();
const born = await own.birth(deviceSigner, { serial: "SN-1" }, station);
await log.enter(born.event);
/** Of the same device, key and unit, as only the station's key can make it: never registered. */
const twin = await own.birth(deviceSigner, { serial: "SN-1" }, station);
const stolen = await own.birth(signerOf(), { serial: "SN-666" }, station);
const ordinary = await own.birth(signerOf(), { serial: "SN-2" });
await log.enter(ordinary.event);
const at = new Date(log.now.getTime() + 1000);

async function partsOf({ event }: TestBirth): Promise<BirthReceipt> {
  const { entries } = log.registry.tables;
  const found = entries.find(({ type, deviceId }) => type === 1 && deviceId?.join() === event.device.id.join());
  if (found === undefined) throw new Error("not entered");
  const receipt = await receiptOf(found.index, log.registry.stores, nodeHash);
  return { receipt, entry: found.entry, salt: found.salt, record: event.record };
}

const receiptFor = async (birth: TestBirth) => encodeBirthReceipt(await partsOf(birth));
const stateProof = (of: TestBirth) => stateProofOf(of.event.device.id, log.registry.stores, nodeHash);

const policies = {
  strict: { unknownStatus: "refuse", maxStateAge: 600 },
  lax: { unknownStatus: "accept", maxStateAge: Number.MAX_SAFE_INTEGER },
} as const;

const request = (birth: TestBirth, evidence: Evidence, policy: IdentityRequest["policy"]): IdentityRequest => ({
  certificate: birth.certificate.der,
  evidence: { chain, ...evidence },
  trust,
  policy,
  at,
  verifier: nodeSignatureVerifier,
  hash: nodeHash,
});
const provisional = { code: "NAT_AUTHENTICATE_PROVISIONAL" };

const list = async (birth: TestBirth) => {
  const shard = shardOf(birth.certificate.serialNumber);
  const times = { thisUpdate: at, nextUpdate: new Date(at.getTime() + 86_400_000) };
  const signing = { authority: own.issuing, station: station.authority, signer: own.issuingSigner };
  return (revoked: readonly TestBirth[]) =>
    buildCertificateList({
      ...signing,
      ...times,
      shard,
      number: 1,
      revoked: revoked.map(({ certificate }) => ({
        serialNumber: certificate.serialNumber,
        revocationDate: testStart,
      })),
    });
};

for (const [name, policy] of Object.entries(policies)) {
  test(`${name}: without proof it is refused, whatever else is known of it`, async () => {
    for (const birth of [born, stolen])
      for (const evidence of [{}, { crls: [await (await list(birth))([])] }])
        await assert.rejects(verifyIdentity(request(birth, evidence, policy)), provisional);
  });

  test(`${name}: a state proof of this very certificate is proof enough`, async () => {
    const identity = await verifyIdentity(request(born, { stateProof: await stateProof(born) }, policy));
    assert.deepEqual([identity.state, identity.path.provisional], ["active", true]);
    const foreign = request(stolen, { stateProof: await stateProof(born) }, policy);
    await assert.rejects(verifyIdentity(foreign), { code: "NAT_AUTHENTICATE_STATE_FOREIGN" });
    const same = request(twin, { stateProof: await stateProof(born) }, policy);
    await assert.rejects(verifyIdentity(same), { code: "NAT_AUTHENTICATE_STATE_FOREIGN" });
  });

  test(`${name}: a receipt of another device, of another certificate of the same key and unit, or of a log that is not trusted`, async () => {
    const receipt = await receiptFor(born);
    for (const birth of [stolen, twin])
      await assert.rejects(verifyIdentity(request(birth, { receipt }, policy)), provisional);
    const foreign = await openUnsafeTestLog();
    const changed = { ...request(born, { receipt }, policy), trust: { ...trust, log: foreign.trust.policy } };
    await assert.rejects(verifyIdentity(changed), provisional);
  });
}

test("a receipt proves that it is registered, and leaves its state to the policy", async () => {
  const receipt = await receiptFor(born);
  const identity = await verifyIdentity(request(born, { receipt }, policies.lax));
  assert.deepEqual([identity.state, identity.path.provisional], ["unknown", true]);
  const unknown = { code: "NAT_AUTHENTICATE_STATUS_UNKNOWN" };
  await assert.rejects(verifyIdentity(request(born, { receipt }, policies.strict)), unknown);
  const crls = [await (await list(born))([])];
  const listed = await verifyIdentity(request(born, { receipt, crls }, policies.strict));
  assert.deepEqual(listed.statusSources, [{ kind: "crl", asOf: at }]);
});

test("the indirect list of the station's issuer revokes what the station issued", async () => {
  const crls = [await (await list(born))([born])];
  const [entry] = parseCertificateList(crls[0] as Uint8Array).revoked;
  assert.ok(entry?.certificateIssuer);
  const revoked = { code: "NAT_AUTHENTICATE_REVOKED" };
  const evidence = { crls, receipt: await receiptFor(born) };
  await assert.rejects(verifyIdentity(request(born, evidence, policies.lax)), revoked);
  const both = { crls, stateProof: await stateProof(born) };
  await assert.rejects(verifyIdentity(request(born, both, policies.lax)), revoked);
});

const damages: readonly [what: string, change: (parts: BirthReceipt) => BirthReceipt][] = [
  ["another salt", (parts) => ({ ...parts, salt: parts.salt.with(0, (parts.salt[0] as number) ^ 1) })],
  ["another record", (parts) => ({ ...parts, record: stolen.event.record })],
  ["another entry", (parts) => ({ ...parts, entry: parts.entry.with(60, (parts.entry[60] as number) ^ 1) })],
  ["a proof that is none", (parts) => ({ ...parts, receipt: "c2sp.org/tlog-proof@v1\n" })],
];
for (const [what, change] of damages)
  test(`a receipt with ${what} is none`, async () => {
    const receipt = encodeBirthReceipt(change(await partsOf(born)));
    await assert.rejects(verifyIdentity(request(born, { receipt }, policies.lax)), provisional);
  });

test("bytes that are no receipt are refused, and only read where a station issued the certificate", async () => {
  for (const receipt of [new Uint8Array(0), Uint8Array.of(0x80), new Uint8Array(100_000)])
    await assert.rejects(verifyIdentity(request(born, { receipt }, policies.lax)), provisional);
  await verifyIdentity(request(ordinary, { receipt: new Uint8Array(0) }, policies.lax));
});

test("an answer to a challenge is refused and taken by the same rule", async () => {
  const evidenceOf = { none: {}, proof: { stateProof: await stateProof(born) } } as const;
  const ask = async (evidence: Evidence) => {
    const challenges = new MemoryChallengeStore();
    const put = challenge({ audience: "gate", at, entropy: nodeEntropy });
    challenges.put(put);
    const certificates = [born.certificate.der, ...chain] as const;
    const answer = await answerChallenge({
      challenge: put,
      expectedAudience: "gate",
      signer: deviceSigner,
      certificate: certificates[0],
      chain: certificates.slice(1),
      at,
    });
    const ports = { verifier: nodeSignatureVerifier, hash: nodeHash };
    return verifyAnswer({ answer, challenges, audience: "gate", trust, evidence, policy: policies.lax, at, ...ports });
  };
  await assert.rejects(ask(evidenceOf.none), provisional);
  assert.deepEqual((await ask(evidenceOf.proof)).deviceId, born.event.device.id);
});

const pathOf = (changes: Partial<PathRequest> = {}) =>
  validatePath({
    certificate: born.certificate,
    intermediates: chain.map((der) => parseCertificate(der)),
    anchors: [own.root.certificate],
    at,
    verifier: nodeSignatureVerifier,
    ...changes,
  });
const { station: extension } = oidsOf(testArc);

test("a path: unknown extension by default, its own refusal where it is named, and accepted where that is asked", async () => {
  await assert.rejects(pathOf(), { code: "NAT_PATH_EXTENSION" });
  const refuse = { stations: { extension, provisional: "refuse" } } as const;
  await assert.rejects(pathOf(refuse), { code: "NAT_PATH_PROVISIONAL", message: /nothing proves/ });
  const accept = { stations: { extension, provisional: "accept" } } as const;
  assert.equal((await pathOf(accept)).provisional, true);
  assert.equal((await pathOf({ ...accept, certificate: ordinary.certificate })).provisional, false);
  await assert.rejects(pathOf({ ...accept, anchors: [station.authority.certificate] }), {
    code: "NAT_PATH_PROVISIONAL",
    message: /it is the anchor/,
  });
});

test("a name outside of the station's constraints is refused, proof or not", async () => {
  const other = await TestAuthority.open({
    at: testStart,
    rootSigner: own.rootSigner,
    issuingSigner: own.issuingSigner,
    profile: { models: ["TEST-9"] },
  });
  const narrow = await own.station({ signer: stationSigner, profile: other.profile });
  const outside = await own.birth(signerOf(), { model: "TEST-1" }, narrow);
  const intermediates = [narrow.authority.certificate, own.issuing.certificate];
  const accept = { stations: { extension, provisional: "accept" } } as const;
  const asked = pathOf({ ...accept, certificate: outside.certificate, intermediates });
  await assert.rejects(asked, { code: "NAT_PATH_NAME_CONSTRAINTS" });
});
