// SPDX-License-Identifier: Apache-2.0
// The status of whole paths: every certificate but the anchor, the signers of the evidence too, and no circles.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  type Certificate,
  type CertificateList,
  encodeExtendedKeyUsage,
  encodeKeyUsage,
  encodeName,
  encodeNull,
  type Extension,
  type OcspResponse,
  oids,
} from "../../formats/index.ts";
import { isNatalisError, NatalisError } from "../../kernel/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../../testing/certificate-forge.ts";
import {
  directoryName,
  distributionPoints,
  type ForgedListFields,
  forgeList,
  forgeResponse,
  issuingPoint,
} from "../../testing/status-forge.ts";
import {
  type CertificateStatus,
  defaultPathLimits,
  PathBudget,
  type PathStatusRequest,
  pathStatus,
  requireStatus,
  validatePath,
} from "../index.ts";

const at = new Date("2026-11-24T12:00:00Z");
const thisUpdate = new Date("2026-11-24T00:00:00Z");
const nextUpdate = new Date("2026-11-25T00:00:00Z");
const key = () => generateKey(algorithms.ES256).signer;
const forge = (name: string, issuer: Forged | undefined, ...extensions: Extension[]) =>
  forgeCertificate({ name, issuer, signer: key(), extensions });
const named = (value: string) => directoryName(encodeName([{ oid: oids.commonName, value }]));
const forSigningLists = extension(oids.keyUsage, encodeKeyUsage(["cRLSign"]), true);
const asResponder = extension(oids.extendedKeyUsage, encodeExtendedKeyUsage([oids.ocspSigning]));

const root = await forge("root", undefined, ...authorityExtensions());
const issuing = await forge("issuing", root, ...authorityExtensions());
const leaf = await forge("leaf", issuing);
/** Signs lists in the name of "issuing", by a certificate of the root. */
const listKey = await forge("issuing", root, forSigningLists);
const responder = await forge("responder", issuing, asResponder);

const listOf = (issuer: Forged, fields: Partial<ForgedListFields> = {}) =>
  forgeList({ issuer, thisUpdate, nextUpdate, ...fields });
const revoking = (...revoked: Forged[]) => ({
  entries: revoked.map(({ certificate }) => ({ serialNumber: certificate.serialNumber, revocationDate: thisUpdate })),
});
const answerBy = (signer: Forged, about: Forged, issuer: Forged) =>
  forgeResponse({
    responder: signer,
    producedAt: thisUpdate,
    answers: [{ about, issuer, thisUpdate, nextUpdate }],
    certificates: [signer.certificate],
  });

/** Certificates whose path was looked for. */
let sought: Certificate[] = [];

function ask(
  evidence: { lists?: readonly CertificateList[]; responses?: readonly OcspResponse[]; unknown?: "accept" },
  request: Partial<PathStatusRequest> = {},
) {
  sought = [];
  const { lists = [], responses = [], unknown = "refuse" } = evidence;
  const candidates = request.candidates ?? [listKey.certificate];
  const intermediates = [issuing.certificate, ...candidates];
  return pathStatus({
    certificates: [leaf.certificate, issuing.certificate, root.certificate],
    evidence: { lists, responses, policy: { unknown, clockSkew: 0 } },
    candidates,
    at,
    verifier: nodeSignatureVerifier,
    budget: new PathBudget(defaultPathLimits),
    findPath: async (certificate) => {
      sought.push(certificate);
      const anchors = [root.certificate];
      return (await validatePath({ certificate, intermediates, anchors, at, verifier: nodeSignatureVerifier }))
        .certificates;
    },
    ...request,
  });
}

const statesOf = (statuses: readonly CertificateStatus[]) => statuses.map(({ state }) => state);
const causeOf = (status: CertificateStatus | undefined) => (status?.state === "unknown" ? status.causes[0] : undefined);

/** The codes of an error and of those beneath it. */
function codesOf(error: unknown): string[] {
  return isNatalisError(error) ? [error.code, ...codesOf(error.cause)] : [];
}

test("of two authorities of one name below one anchor, neither speaks for the other's certificates", async () => {
  const other = await forge("other", root, ...authorityExtensions());
  const fake = await forge("issuing", other, forSigningLists);
  const namesake = await forge("issuing", other, ...authorityExtensions());
  const selfIssued = await forge("issuing", namesake, forSigningLists);
  const candidates = [other, fake, namesake, selfIssued].map(({ certificate }) => certificate);
  for (const signer of [fake, selfIssued]) {
    const lists = [await listOf(root), await listOf(other), await listOf(signer), await listOf(namesake)];
    const [status] = await ask({ lists }, { candidates });
    assert.equal(status?.state, "unknown");
    assert.deepEqual(codesOf(causeOf(status)), ["NAT_CRL_SIGNER", "NAT_CRL_ISSUER"]);
  }
});

test("a new key of the issuer, certified by itself, is no other authority", async () => {
  const renewed = await forge("issuing", issuing, forSigningLists);
  const responses = [await answerBy(issuing, renewed, issuing)];
  const lists = [await listOf(root), await listOf(renewed)];
  assert.deepEqual(statesOf(await ask({ lists, responses }, { candidates: [renewed.certificate] })), ["good", "good"]);
});

test("each certificate of the path but the anchor, in the order of the path", async () => {
  assert.deepEqual(statesOf(await ask({ lists: [await listOf(root), await listOf(issuing)] })), ["good", "good"]);
  assert.deepEqual(statesOf(await ask({ lists: [await listOf(issuing)] })), ["good", "unknown"]);
  assert.deepEqual(statesOf(await ask({ lists: [await listOf(root, revoking(issuing))] })), ["unknown", "revoked"]);
  assert.deepEqual(statesOf(await ask({ responses: [await answerBy(issuing, leaf, issuing)] })), ["good", "unknown"]);
  assert.deepEqual(sought, []);
});

test("a signer beside the path has a path of its own, and is not revoked", async () => {
  const byOther = await listOf(listKey);
  assert.deepEqual(statesOf(await ask({ lists: [await listOf(root), byOther] })), ["good", "good"]);
  assert.deepEqual(sought, [listKey.certificate]);
  const [status] = await ask({ lists: [await listOf(root, revoking(listKey)), byOther] });
  assert.deepEqual(codesOf(causeOf(status)), ["NAT_CRL_SIGNER", "NAT_STATUS_REVOKED"]);
});

test("a signer whose status is unknown is judged by the policy", async () => {
  const lists = [await listOf(listKey)];
  const [status] = await ask({ lists });
  assert.deepEqual(codesOf(causeOf(status)), ["NAT_CRL_SIGNER", "NAT_STATUS_UNKNOWN", "NAT_STATUS_ABSENT"]);
  assert.deepEqual(statesOf(await ask({ lists, unknown: "accept" })), ["good", "unknown"]);
});

test("a certificate of the path that is among the candidates too is tried once", async () => {
  const forged = { ...issuing, signer: key() };
  const budget = new PathBudget({ ...defaultPathLimits, signatures: 1 });
  const [status] = await ask({ lists: [await listOf(forged)] }, { candidates: [issuing.certificate], budget });
  assert.deepEqual(codesOf(causeOf(status)), ["NAT_CRL_SIGNATURE"]);
});

test("a signer that is asked for twice is asked about once", async () => {
  const lists = [await listOf(root), await listOf(listKey), await listOf(listKey, { number: 2 })];
  assert.deepEqual(statesOf(await ask({ lists })), ["good", "good"]);
  assert.equal(sought.length, 1);
});

test("a signer of the path itself needs no other path", async () => {
  const renewed = await forge("root", root, ...authorityExtensions());
  const below = await forgeCertificate({ name: "leaf", issuer: renewed, signer: key() });
  const certificates = [below.certificate, renewed.certificate, root.certificate];
  const lists = [await listOf(root)];
  assert.deepEqual(statesOf(await ask({ lists }, { certificates })), ["good", "good"]);
  assert.deepEqual(sought, []);
});

test("a list that speaks of several certificates of a path is verified once", async () => {
  const renewed = await forge("root", root, ...authorityExtensions());
  const below = await forgeCertificate({ name: "leaf", issuer: renewed, signer: key() });
  const certificates = [below.certificate, renewed.certificate, root.certificate];
  const budget = new PathBudget({ ...defaultPathLimits, signatures: 1 });
  const lists = [await listOf(root)];
  assert.deepEqual(statesOf(await ask({ lists }, { certificates, budget })), ["good", "good"]);
});

test("a delegate without status is asked about, with what else was given", async () => {
  const responses = [await answerBy(responder, leaf, issuing)];
  const [status] = await ask({ responses });
  assert.deepEqual(codesOf(causeOf(status)).slice(0, 2), ["NAT_OCSP_SIGNER", "NAT_STATUS_UNKNOWN"]);
  const lists = [await listOf(root), await listOf(issuing)];
  assert.deepEqual(statesOf(await ask({ responses, lists })), ["good", "good"]);
  const [revoked] = await ask({
    responses,
    lists: [await listOf(root), await listOf(issuing, revoking(responder, leaf))],
  });
  assert.equal(revoked?.state, "revoked");
});

test("a delegate that its issuer says need not be asked about", async () => {
  const unchecked = await forge("responder", issuing, asResponder, extension(oids.ocspNoCheck, encodeNull()));
  const responses = [await answerBy(unchecked, leaf, issuing)];
  assert.deepEqual(statesOf(await ask({ responses })), ["good", "unknown"]);
});

test("two delegates that vouch for each other vouch for nobody", async () => {
  const second = await forge("second", issuing, asResponder);
  const responses = [
    await answerBy(responder, leaf, issuing),
    await answerBy(second, responder, issuing),
    await answerBy(responder, second, issuing),
  ];
  const [status] = await ask({ responses, lists: [await listOf(root)] });
  assert.equal(status?.state, "unknown");
  assert.ok(codesOf(causeOf(status)).includes("NAT_STATUS_CIRCLE"), codesOf(causeOf(status)).join());
});

test("the same of two signers of lists", async () => {
  const pointTo = (name: string) => distributionPoints({ crlIssuer: [named(name)] });
  const [a, b] = [
    await forge("a", issuing, forSigningLists, pointTo("b")),
    await forge("b", issuing, forSigningLists, pointTo("a")),
  ];
  const indirect = { extensions: [issuingPoint({ indirect: true })] };
  const delegating = await forge("leaf", issuing, pointTo("a"));
  const certificates = [delegating.certificate, issuing.certificate, root.certificate];
  const lists = [await listOf(root), await listOf(a, indirect), await listOf(b, indirect)];
  const [status] = await ask({ lists }, { certificates, candidates: [a.certificate, b.certificate] });
  assert.ok(codesOf(causeOf(status)).includes("NAT_STATUS_CIRCLE"), codesOf(causeOf(status)).join());
});

test("a signer without a path to the anchor signs in vain", async () => {
  const elsewhere = await forge("issuing", undefined, forSigningLists);
  const [status] = await ask({ lists: [await listOf(elsewhere)] }, { candidates: [elsewhere.certificate] });
  assert.deepEqual(codesOf(causeOf(status)), ["NAT_CRL_SIGNER", "NAT_PATH_SIGNATURE"]);
});

const good: CertificateStatus = { state: "good", source: "crl", asOf: thisUpdate };
const revoked: CertificateStatus = { ...good, state: "revoked", source: "ocsp", reason: 1, revokedAt: thisUpdate };
const cause = new NatalisError("NAT_CRL_SCOPE", "Meaning.", "detail");
const unknown: CertificateStatus = { state: "unknown", causes: [cause], presented: true };

test("what a status means under a policy", () => {
  for (const policy of [{ unknown: "refuse" }, { unknown: "accept" }] as const) {
    requireStatus(good, policy);
    assert.throws(() => requireStatus(revoked, policy), {
      code: "NAT_STATUS_REVOKED",
      detail: "since 2026-11-24T00:00:00.000Z, reason 1, by ocsp of 2026-11-24T00:00:00.000Z",
    });
  }
  requireStatus(unknown, { unknown: "accept" });
  assert.throws(() => requireStatus(unknown, { unknown: "refuse" }), { code: "NAT_STATUS_UNKNOWN", cause });
});

test("both kinds of evidence: any revocation wins, and of what is good the newest is told", async () => {
  const lists = [await listOf(root), await listOf(issuing)];
  const answers = [{ about: leaf, issuer: issuing, thisUpdate: new Date(thisUpdate.getTime() + 1000), nextUpdate }];
  const fresh = await forgeResponse({ responder: issuing, producedAt: thisUpdate, answers });
  const [status] = await ask({ lists, responses: [fresh] });
  assert.equal(status?.state === "good" && status.source, "ocsp");
  const [listed] = await ask({ lists: [await listOf(issuing, revoking(leaf))], responses: [fresh] });
  assert.equal(listed?.state === "revoked" && listed.source, "crl");
});

test("of several revocations the final one that reaches back furthest is told", async () => {
  const entryOf = (reason: number, day: number): ForgedListFields => ({
    issuer: issuing,
    thisUpdate,
    nextUpdate,
    entries: [
      { serialNumber: leaf.certificate.serialNumber, revocationDate: new Date(Date.UTC(2026, 10, day)), reason },
    ],
  });
  const lists = await Promise.all([entryOf(6, 1), entryOf(4, 9), entryOf(1, 5)].map((fields) => forgeList(fields)));
  const [status] = await ask({ lists });
  assert.deepEqual(status?.state === "revoked" && [status.reason, status.revokedAt], [
    1,
    new Date(Date.UTC(2026, 10, 5)),
  ]);
});
