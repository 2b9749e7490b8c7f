// SPDX-License-Identifier: Apache-2.0
// Complete lists brought up to date by delta lists (RFC 5280 5.2.4): which goes with which, and what both say.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  crlReasons,
  encodeAuthorityKeyIdentifier,
  encodeCrlNumber,
  type GeneralName,
  oids,
} from "../../formats/index.ts";
import { authorityExtensions, extension, forgeCertificate } from "../../testing/certificate-forge.ts";
import {
  distributionPoints,
  type ForgedEntry,
  type ForgedListFields,
  forgeList,
  issuingPoint,
} from "../../testing/status-forge.ts";
import { certificateStatus, defaultPathLimits, PathBudget } from "../index.ts";

const hour = (n: number) => new Date(Date.UTC(2026, 10, 24, n));
const at = hour(12);
const key = () => generateKey(algorithms.ES256).signer;
const shard: GeneralName[] = [{ kind: "uri", value: "http://ca.example/a.crl" }];
const point = issuingPoint({ fullName: shard });

const root = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const second = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const leaf = await forgeCertificate({
  name: "leaf",
  issuer: root,
  signer: key(),
  extensions: [distributionPoints({ fullName: shard })],
});

const entry = (reason?: number): ForgedEntry[] => [
  { serialNumber: leaf.certificate.serialNumber, revocationDate: hour(1), ...(reason === undefined ? {} : { reason }) },
];
const [hold, remove, lost] = [entry(crlReasons.certificateHold), entry(crlReasons.removeFromCRL), entry(1)];

type Fields = Partial<ForgedListFields>;
/** Number 5, of this morning; and a delta to it, number 7, of an hour ago. */
const complete: ForgedListFields = { issuer: root, thisUpdate: hour(6), nextUpdate: hour(18), number: 5 };
const delta: ForgedListFields = { issuer: root, thisUpdate: hour(11), nextUpdate: hour(13), number: 7, base: 5 };

async function ask(...lists: readonly ForgedListFields[]) {
  return certificateStatus({
    certificate: leaf.certificate,
    issuer: root.certificate,
    evidence: {
      lists: await Promise.all(lists.map((fields) => forgeList(fields))),
      responses: [],
      policy: { unknown: "refuse", clockSkew: 0 },
    },
    candidates: [second.certificate],
    at,
    verifier: nodeSignatureVerifier,
    budget: new PathBudget(defaultPathLimits),
    validateSigner: () => Promise.resolve(),
  });
}

const both = (completeFields: Fields, deltaFields: Fields) =>
  ask({ ...complete, ...completeFields }, { ...delta, ...deltaFields });

const said: readonly [title: string, completeFields: Fields, deltaFields: Fields, state: string, asOf: Date][] = [
  ["neither names it", {}, {}, "good", hour(11)],
  ["the complete list is over, and the delta is not", { nextUpdate: hour(7) }, {}, "good", hour(11)],
  ["the delta is over, and the complete list is not", {}, { nextUpdate: hour(11) }, "good", hour(6)],
  ["removed from hold", { entries: hold }, { entries: remove }, "good", hour(11)],
  ["removed, and never on the complete list (PKITS 4.15.7)", {}, { entries: remove }, "good", hour(11)],
  ["on hold since", {}, { entries: hold }, "revoked", hour(11)],
  ["on hold as before", { entries: hold }, {}, "revoked", hour(11)],
  ["on hold as before, the complete list over", { entries: hold, nextUpdate: hour(7) }, {}, "revoked", hour(11)],
  ["revoked since", {}, { entries: lost }, "revoked", hour(11)],
  ["revoked since, by a delta that is over", {}, { entries: lost, nextUpdate: hour(11) }, "revoked", hour(11)],
  ["hold made final", { entries: hold }, { entries: lost }, "revoked", hour(11)],
  [
    "revoked for good, and removed: what is final is not lifted",
    { entries: lost },
    { entries: remove },
    "revoked",
    hour(6),
  ],
  [
    "a removal by a delta that is over lifts nothing",
    { entries: hold },
    { entries: remove, nextUpdate: hour(11) },
    "revoked",
    hour(6),
  ],
  ["a delta to an older list than this one", { number: 6 }, { entries: remove }, "good", hour(11)],
  ["scope of both the same", { extensions: [point] }, { extensions: [point] }, "good", hour(11)],
];
for (const [title, completeFields, deltaFields, state, asOf] of said)
  test(`${state}: ${title}`, async () => {
    const status = await both(completeFields, deltaFields);
    assert.ok(status.state !== "unknown", JSON.stringify(status));
    assert.deepEqual([status.state, status.asOf], [state, asOf]);
  });

/** Where they do not go together, the hold of the complete list stands: nothing lifts it. */
const apart: readonly [title: string, completeFields: Fields, deltaFields: Fields][] = [
  ["the delta is to a later list", {}, { base: 6 }],
  ["the complete list is as new as the delta", { number: 7 }, {}],
  ["the complete list is newer than the delta", { number: 8 }, {}],
  ["the complete list has no number", { without: [oids.crlNumber] }, {}],
  ["the delta has no number", {}, { without: [oids.crlNumber] }],
  ["only the complete list has an issuing distribution point", { extensions: [point] }, {}],
  ["only the delta has one", {}, { extensions: [point] }],
  [
    "their issuing distribution points differ",
    { extensions: [point] },
    { extensions: [issuingPoint({ only: "users" })] },
  ],
  ["only one has a key identifier", {}, { without: [oids.authorityKeyIdentifier] }],
  ["they are signed by different keys of one name", {}, { issuer: second }],
  [
    "the same without key identifiers",
    { without: [oids.authorityKeyIdentifier] },
    { issuer: second, without: [oids.authorityKeyIdentifier] },
  ],
];
for (const [title, completeFields, deltaFields] of apart)
  test(`not combined: ${title}`, async () => {
    const status = await both({ entries: hold, ...completeFields }, { entries: remove, ...deltaFields });
    assert.equal(status.state, "revoked");
    const old = await both({ nextUpdate: hour(7), ...completeFields }, deltaFields);
    assert.ok(old.state === "unknown", old.state);
    assert.ok(old.causes.some(({ code }) => code === "NAT_CRL_DELTA"));
  });

test("a delta alone says nothing good, and is told so", async () => {
  const status = await ask(delta);
  assert.ok(status.state === "unknown" && status.presented);
  assert.deepEqual(
    status.causes.map(({ code }) => code),
    ["NAT_CRL_DELTA"],
  );
});

test("what a delta alone revokes is revoked", async () => {
  assert.equal((await ask({ ...delta, entries: lost })).state, "revoked");
  assert.equal((await ask({ ...delta, entries: hold })).state, "revoked");
  assert.equal((await ask({ ...delta, entries: hold, nextUpdate: hour(11) })).state, "unknown");
});

test("of several deltas the newest that is current counts", async () => {
  const older = { ...delta, entries: hold, number: 6, thisUpdate: hour(10) };
  assert.equal((await ask(complete, older, { ...delta, entries: remove })).state, "revoked", "a hold that is current");
  const lapsed = { ...older, nextUpdate: hour(11) };
  assert.equal((await ask(complete, lapsed, { ...delta, entries: remove })).state, "good");
  const stale = { ...delta, number: 9, nextUpdate: hour(11) };
  const status = await ask({ ...complete, entries: hold }, { ...delta, entries: remove }, stale);
  assert.equal(status.state, "good");
});

test("a list that names another twice is not mended by its delta, nor the other way round", async () => {
  const twice = [1, 1].map(() => ({ serialNumber: Uint8Array.of(9), revocationDate: hour(1) }));
  for (const status of [await both({ entries: twice }, {}), await both({}, { entries: twice })]) {
    assert.ok(status.state === "unknown");
    assert.equal(status.causes[0]?.code, "NAT_CRL_REPEATED");
  }
});

test("a delta indicator that is not critical refuses the list (5.2.4)", async () => {
  const plain = extension(oids.deltaCrlIndicator, encodeCrlNumber(5));
  const status = await ask({ ...delta, extensions: [plain] });
  assert.ok(status.state === "unknown");
  assert.equal(status.causes[0]?.code, "NAT_CRL_EXTENSION");
});

test("key identifiers that are the same go together, whichever they are", async () => {
  const extensions = [extension(oids.authorityKeyIdentifier, encodeAuthorityKeyIdentifier(new Uint8Array(20)))];
  assert.equal((await both({ entries: hold, extensions }, { entries: remove, extensions })).state, "good");
});
