// SPDX-License-Identifier: Apache-2.0
// The two parties with everything real between them: certificates and lists as `issue` makes them, answers as `device`
// gives them, verified with Node's cryptography and with WebCrypto. Only the log's statement is made up.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { answerChallenge } from "../device/index.ts";
import { algorithms, crlReasons, noteSigner, parseCertificate, parseLogPolicy, verifierKey } from "../formats/index.ts";
import {
  type Authority,
  buildCertificateList,
  newSerial,
  openAuthority,
  parseProfile,
  prepareCertificate,
  prepareIssuingCertificate,
  prepareRootCertificate,
  shardOf,
  signPrepared,
} from "../issue/index.ts";
import { newUuid, portableHash, type Signer } from "../kernel/index.ts";
import type { TrustFile } from "../registry/index.ts";
import type { Forged } from "../testing/certificate-forge.ts";
import { forgeStateProof } from "../testing/identity-forge.ts";
import { webSignatureVerifier } from "../webcrypto/index.ts";
import {
  type AnswerRequest,
  challenge,
  type Evidence,
  isAuthenticatedIdentity,
  MemoryChallengeStore,
  verifyAnswer,
} from "./index.ts";

const arc = "1.3.6.1.4.1.32473";
const baseUrl = "http://ca.example";
const audience = "verifier.example";
const at = new Date("2026-11-24T12:00:00Z");
const notBefore = new Date("2026-01-01T00:00:00Z");
const later = (seconds: number) => new Date(at.getTime() + seconds * 1000);
const key = (): Signer => generateKey(algorithms.ES256).signer;
const named = (commonName: string) => ({ organization: "Example Maker", commonName });
const open = (der: Uint8Array) => openAuthority({ certificate: parseCertificate(der), baseUrl, arc, hash: nodeHash });

const rootKey = key();
const issuingKey = key();
const root = open(
  await signPrepared(
    prepareRootCertificate({
      name: named("Root"),
      publicKey: rootKey.publicKey,
      serialNumber: newSerial(nodeEntropy),
      notBefore,
      hash: nodeHash,
    }),
    rootKey,
  ),
);
const issuing = open(
  await signPrepared(
    prepareIssuingCertificate({
      authority: root,
      name: named("Issuing"),
      publicKey: issuingKey.publicKey,
      serialNumber: newSerial(nodeEntropy),
      notBefore,
    }),
    rootKey,
  ),
);
const profile = parseProfile({
  product: "sensor",
  version: 1,
  maker: "Example Maker",
  productNumber: 1,
  algorithms: Object.keys(algorithms),
  notAfter: "none",
  minimumCustody: 0,
  admission: { kind: "open" },
});

const logKey = generateKey(algorithms.EdDSA).signer;
const log = noteSigner("registrar.example/births", logKey, nodeHash);
const trust: TrustFile = {
  arc,
  roots: [root.certificate],
  log: parseLogPolicy(`log ${verifierKey(log.name, logKey.publicKey, nodeHash)}\nquorum none\n`),
};

async function bear(signer: Signer, by: Authority = issuing): Promise<Forged & { deviceId: Uint8Array }> {
  const deviceId = newUuid(at, nodeEntropy);
  const facts = {
    serialNumber: newSerial(nodeEntropy),
    deviceId,
    model: "S-1",
    serial: "SN-0001",
    publicKey: signer.publicKey,
    custody: 0,
    recordHash: new Uint8Array(32).fill(1),
    bornAt: at,
  };
  const prepared = prepareCertificate({ authority: by, profile, facts });
  return { certificate: parseCertificate(await signPrepared(prepared, issuingKey)), signer, deviceId };
}

const listOf = ({ certificate: { serialNumber } }: Forged, reason?: number) =>
  buildCertificateList({
    authority: issuing,
    shard: shardOf(serialNumber),
    number: 1,
    thisUpdate: at,
    nextUpdate: later(3600),
    revoked: reason === undefined ? [] : [{ serialNumber, revocationDate: at, reason }],
    signer: issuingKey,
  });

type Device = Awaited<ReturnType<typeof bear>>;

/** The device answers the verifier's challenge. */
async function meet(device: Device, evidence: Evidence, fields: Partial<AnswerRequest> = {}) {
  const challenges = new MemoryChallengeStore();
  const asked = challenge({ audience, at: later(1), entropy: nodeEntropy });
  challenges.put(asked);
  const answer = await answerChallenge({
    challenge: asked,
    expectedAudience: audience,
    certificate: device.certificate.der,
    chain: [issuing.certificate.der],
    signer: device.signer,
    at: later(2),
  });
  const policy = { unknownStatus: "refuse", maxStateAge: 600 } as const;
  const ports = { verifier: nodeSignatureVerifier, hash: nodeHash };
  return verifyAnswer({ answer, challenges, audience, trust, evidence, policy, at: later(3), ...ports, ...fields });
}

const active = (device: Device) =>
  forgeStateProof({ device, deviceId: device.deviceId, state: "active", since: at, time: later(1), log });

for (const algorithm of Object.values(algorithms))
  test(`a device with a key for ${algorithm.name} is authenticated`, async () => {
    const device = await bear(generateKey(algorithm).signer);
    const identity = await meet(device, { stateProof: await active(device), crls: [await listOf(device)] });
    assert.ok(isAuthenticatedIdentity(identity));
    assert.deepEqual(identity.deviceId, device.deviceId);
    assert.deepEqual([identity.maker, identity.model, identity.serial], ["Example Maker", "S-1", "SN-0001"]);
    assert.deepEqual(identity.birthRecord, new Uint8Array(32).fill(1));
    assert.deepEqual(
      identity.statusSources.map(({ kind }) => kind),
      ["state-proof", "crl"],
    );
  });

test("the same in a browser: WebCrypto and the portable hash", async () => {
  const device = await bear(key());
  const evidence = { stateProof: await active(device), crls: [await listOf(device)] };
  const ports = { verifier: webSignatureVerifier, hash: portableHash };
  assert.ok(isAuthenticatedIdentity(await meet(device, evidence, ports)));
  const stranger = { ...device, signer: { ...key(), publicKey: device.signer.publicKey } };
  await assert.rejects(meet(stranger, evidence, ports), { code: "NAT_COSE_SIGNATURE" });
});

test("the list of its shard refuses a device on hold, revoked or retired", async () => {
  const device = await bear(key());
  const meetWith = async (reason: number) => meet(device, { crls: [await listOf(device, reason)] });
  await assert.rejects(meetWith(crlReasons.certificateHold), { code: "NAT_AUTHENTICATE_SUSPENDED" });
  await assert.rejects(meetWith(crlReasons.keyCompromise), { code: "NAT_AUTHENTICATE_REVOKED" });
  await assert.rejects(meetWith(crlReasons.cessationOfOperation), { code: "NAT_AUTHENTICATE_REVOKED" });
});

test("the list of another shard says nothing", async () => {
  const device = await bear(key());
  const shard = (shardOf(device.certificate.serialNumber) + 1) % 256;
  const times = { thisUpdate: at, nextUpdate: later(3600) };
  const list = await buildCertificateList({
    authority: issuing,
    shard,
    number: 1,
    ...times,
    revoked: [],
    signer: issuingKey,
  });
  await assert.rejects(meet(device, { crls: [list] }), { code: "NAT_AUTHENTICATE_STATUS_UNKNOWN" });
});
