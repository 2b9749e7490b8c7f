// SPDX-License-Identifier: Apache-2.0
// Revocation lists and OCSP responses as evidence of a device's status, beside the state proof.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  crlReasons,
  encodeExtendedKeyUsage,
  encodeNull,
  noteSigner,
  oids,
  parseLogPolicy,
  verifierKey,
} from "../formats/index.ts";
import type { Signer } from "../kernel/index.ts";
import type { DeviceState, TrustFile } from "../registry/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../testing/certificate-forge.ts";
import { forgeBirthCertificate, forgeStateProof } from "../testing/identity-forge.ts";
import {
  type ForgedAnswer,
  type ForgedListFields,
  type ForgedResponseFields,
  forgeList,
  forgeResponseBytes,
} from "../testing/status-forge.ts";
import { type Evidence, identifyDevice, type IdentityRequest, verifyIdentity } from "./index.ts";

const arc = "1.3.6.1.4.1.32473";
const at = new Date("2026-11-24T12:00:00Z");
const before = (seconds: number) => new Date(at.getTime() - seconds * 1000);
const key = (): Signer => generateKey(algorithms.ES256).signer;
const deviceId = Uint8Array.from({ length: 16 }, (_, i) => i);
const asResponder = [
  extension(oids.extendedKeyUsage, encodeExtendedKeyUsage([oids.ocspSigning])),
  extension(oids.ocspNoCheck, encodeNull()),
];

const root = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const issuing = await forgeCertificate({
  name: "issuing",
  issuer: root,
  signer: key(),
  extensions: authorityExtensions(),
});
const device = await forgeBirthCertificate({ arc, issuer: issuing, signer: key(), deviceId });
const sibling = await forgeBirthCertificate({ arc, issuer: issuing, signer: key(), deviceId: new Uint8Array(16) });
const responder = await forgeCertificate({ name: "r", issuer: issuing, signer: key(), extensions: asResponder });
const foreign: Forged = { ...issuing, signer: key() };

const logSigner = generateKey(algorithms.EdDSA).signer;
const log = noteSigner("registrar.example/births", logSigner, nodeHash);
const trust: TrustFile = {
  arc,
  roots: [root.certificate],
  log: parseLogPolicy(`log ${verifierKey(log.name, logSigner.publicKey, nodeHash)}\nquorum none\n`),
};

const current = { thisUpdate: before(3600), nextUpdate: before(-3600) };
const over = { thisUpdate: before(7200), nextUpdate: before(3600) };
const onHold = { status: { revokedAt: before(500), reason: crlReasons.certificateHold } };
const lost = { status: { revokedAt: before(500), reason: crlReasons.keyCompromise } };

const answer = (fields: Partial<ForgedAnswer> = {}, response: Partial<ForgedResponseFields> = {}) =>
  forgeResponseBytes({
    responder: issuing,
    producedAt: before(3600),
    answers: [{ about: device, issuer: issuing, ...current, ...fields }],
    ...response,
  });
const aboutIssuing = { about: issuing, issuer: root };
const byRoot = { responder: root };
const list = async (fields: Partial<ForgedListFields> = {}) =>
  (await forgeList({ issuer: issuing, ...current, ...fields })).der;
const prove = (state: DeviceState, since: number) =>
  forgeStateProof({ device, deviceId, state, since: before(since), time: before(10), log });

function request(evidence: Evidence, fields: Partial<IdentityRequest> = {}): IdentityRequest {
  return {
    certificate: device.certificate.der,
    evidence: { chain: [issuing.certificate.der], ...evidence },
    trust,
    policy: { unknownStatus: "refuse", maxStateAge: 600 },
    at,
    verifier: nodeSignatureVerifier,
    hash: nodeHash,
    ...fields,
  };
}

interface Case {
  readonly name: string;
  readonly evidence: () => Promise<Evidence>;
  readonly code?: string;
  /** Kinds of the sources that say that it is active. */
  readonly kinds?: readonly string[];
}

const cases: readonly Case[] = [
  { name: "good by response", evidence: async () => ({ ocsp: [await answer()] }), kinds: ["ocsp"] },
  {
    name: "good by a delegate's response",
    evidence: async () => ({ ocsp: [await answer({}, { responder, certificates: [responder.certificate] })] }),
    kinds: ["ocsp"],
  },
  {
    name: "good by a delegate that is in the chain",
    evidence: async () => ({
      chain: [issuing.certificate.der, responder.certificate.der],
      ocsp: [await answer({}, { responder })],
    }),
    kinds: ["ocsp"],
  },
  {
    name: "good by proof and response",
    evidence: async () => ({ stateProof: await prove("active", 900), ocsp: [await answer()] }),
    kinds: ["state-proof", "ocsp"],
  },
  {
    name: "good by response and list: the newer one is told",
    evidence: async () => ({ crls: [await list()], ocsp: [await answer({ thisUpdate: before(60) })] }),
    kinds: ["ocsp"],
  },
  {
    name: "a clock a minute behind",
    evidence: async () => ({ ocsp: [await answer({ thisUpdate: before(-60) })] }),
    kinds: ["ocsp"],
  },
  {
    name: "as many responses as allowed",
    evidence: async () => ({ ocsp: new Array<Uint8Array>(16).fill(await answer()) }),
    kinds: ["ocsp"],
  },
  {
    name: "a forged list beside a good one",
    evidence: async () => ({ crls: [await list({ issuer: foreign }), await list()] }),
    kinds: ["crl"],
  },
  {
    name: "revoked by response",
    evidence: async () => ({ ocsp: [await answer(lost)] }),
    code: "NAT_AUTHENTICATE_REVOKED",
  },
  {
    name: "revoked by an old response, active by proof and list",
    evidence: async () => ({
      stateProof: await prove("active", 0),
      crls: [await list()],
      ocsp: [await answer({ ...lost, ...over })],
    }),
    code: "NAT_AUTHENTICATE_REVOKED",
  },
  {
    name: "on hold by response",
    evidence: async () => ({ ocsp: [await answer(onHold)] }),
    code: "NAT_AUTHENTICATE_SUSPENDED",
  },
  {
    name: "on hold by response, good by a newer list: no list lifts it",
    evidence: async () => ({ crls: [await list({ thisUpdate: before(60) })], ocsp: [await answer(onHold)] }),
    code: "NAT_AUTHENTICATE_SUSPENDED",
  },
  {
    name: "on hold by response, resumed since by the log",
    evidence: async () => ({ stateProof: await prove("active", 400), ocsp: [await answer(onHold)] }),
    kinds: ["state-proof"],
  },
  {
    name: "on hold by response, active before it by the log",
    evidence: async () => ({ stateProof: await prove("active", 900), ocsp: [await answer(onHold)] }),
    code: "NAT_AUTHENTICATE_SUSPENDED",
  },
  {
    name: "suspended by the log, good by response",
    evidence: async () => ({ stateProof: await prove("suspended", 400), ocsp: [await answer()] }),
    code: "NAT_AUTHENTICATE_SUSPENDED",
  },
  {
    name: "the issuing authority revoked by response",
    evidence: async () => ({
      stateProof: await prove("active", 0),
      ocsp: [await answer({ ...aboutIssuing, ...lost }, byRoot)],
    }),
    code: "NAT_AUTHENTICATE_REVOKED",
  },
  {
    name: "the issuing authority good says nothing of the device",
    evidence: async () => ({ ocsp: [await answer(aboutIssuing, byRoot)] }),
    code: "NAT_AUTHENTICATE_STATUS_UNKNOWN",
  },
  {
    name: "about another device",
    evidence: async () => ({ ocsp: [await answer({ about: sibling })] }),
    code: "NAT_AUTHENTICATE_STATUS_UNKNOWN",
  },
  { name: "over", evidence: async () => ({ ocsp: [await answer(over)] }), code: "NAT_AUTHENTICATE_STATUS_UNKNOWN" },
  {
    name: "not known",
    evidence: async () => ({ ocsp: [await answer({ status: "unknown" })] }),
    code: "NAT_AUTHENTICATE_STATUS_UNKNOWN",
  },
  {
    name: "not authentic",
    evidence: async () => ({ ocsp: [await answer({}, { responder: foreign })] }),
    code: "NAT_OCSP_SIGNATURE",
  },
  {
    name: "not authentic, active by proof",
    evidence: async () => ({ stateProof: await prove("active", 0), ocsp: [await answer({}, { responder: foreign })] }),
    code: "NAT_OCSP_SIGNATURE",
  },
  {
    name: "by a delegate of another authority",
    evidence: async () => {
      const stranger = await forgeCertificate({ name: "r", issuer: root, signer: key(), extensions: asResponder });
      return { ocsp: [await answer({}, { responder: stranger, certificates: [stranger.certificate] })] };
    },
    code: "NAT_OCSP_DELEGATION",
  },
  { name: "no response at all", evidence: async () => ({ ocsp: [Uint8Array.of(1, 2, 3)] }), code: "NAT_DER_TAG" },
  {
    name: "a responder's error",
    evidence: async () => ({ ocsp: [Uint8Array.of(0x30, 3, 0x0a, 1, 3)] }),
    code: "NAT_OCSP_UNSUCCESSFUL",
  },
  {
    name: "more responses than allowed",
    evidence: async () => ({ ocsp: new Array<Uint8Array>(17).fill(Uint8Array.of(0)) }),
    code: "NAT_AUTHENTICATE_EVIDENCE",
  },
  {
    name: "responses of more bytes than allowed",
    evidence: async () => ({ ocsp: [await answer(), new Uint8Array(1 << 18)] }),
    code: "NAT_AUTHENTICATE_EVIDENCE",
  },
];

for (const { name, evidence, code, kinds } of cases)
  test(`${name}: ${code ?? "active"}`, async () => {
    const verified = verifyIdentity(request(await evidence()));
    if (code !== undefined) return assert.rejects(verified, { code });
    const { state, statusSources } = await verified;
    assert.equal(state, "active");
    assert.deepEqual(
      statusSources.map(({ kind }) => kind),
      kinds,
    );
  });

test("what a response says is kept: since when, why, and by what", async () => {
  const { status } = await identifyDevice(request({ ocsp: [await answer(lost)] }));
  const { kind, about, since, reason, asOf } = status.decidedBy ?? {};
  assert.deepEqual([kind, about, since, reason, asOf], ["ocsp", "device", before(500), 1, before(3600)]);
});

test("the signer of a list beside the path is validated to the path's root", async () => {
  const listKey = await forgeCertificate({
    name: "issuing",
    issuer: root,
    signer: key(),
    extensions: authorityExtensions(),
  });
  const crls = [await list({ issuer: listKey }), await list({ issuer: root })];
  const chain = [issuing.certificate.der, listKey.certificate.der];
  assert.equal((await verifyIdentity(request({ chain, crls }))).state, "active");
  const elsewhere = await forgeCertificate({ name: "issuing", signer: key(), extensions: authorityExtensions() });
  const given = {
    chain: [issuing.certificate.der, elsewhere.certificate.der],
    crls: [await list({ issuer: elsewhere })],
  };
  await assert.rejects(verifyIdentity(request(given)), { code: "NAT_CRL_SIGNER" });
});

test("responses are copied before they are judged", async () => {
  const ocsp = Buffer.from(await answer(lost));
  const wiping = {
    async verify(...told: Parameters<typeof nodeSignatureVerifier.verify>) {
      ocsp.fill(0);
      return nodeSignatureVerifier.verify(...told);
    },
  };
  const { status } = await identifyDevice(request({ ocsp: [ocsp] }, { verifier: wiping }));
  assert.equal(status.state, "revoked");
});
