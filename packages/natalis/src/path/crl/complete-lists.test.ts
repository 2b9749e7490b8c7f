// SPDX-License-Identifier: Apache-2.0
// Complete lists by the certificate's own issuer, whole or partitioned: what they say, and every refusal.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import * as fc from "fast-check";
import {
  algorithms,
  crlReasons,
  encodeAuthorityKeyIdentifier,
  encodeBasicConstraints,
  encodeCrlNumber,
  encodeGeneralizedTime,
  encodeKeyUsage,
  encodeSequence,
  type Extension,
  type GeneralName,
  oids,
  parseCertificateList,
} from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../../testing/certificate-forge.ts";
import {
  distributionPoints,
  type ForgedEntry,
  type ForgedListFields,
  forgeList,
  issuingPoint,
} from "../../testing/status-forge.ts";
import { certificateStatus, defaultPathLimits, PathBudget, type StatusQuestion } from "../index.ts";

const at = new Date("2026-11-24T12:00:00Z");
const thisUpdate = new Date("2026-11-24T00:00:00Z");
const nextUpdate = new Date("2026-11-25T00:00:00Z");
const revocationDate = new Date("2026-11-23T10:00:00Z");
const key = () => generateKey(algorithms.ES256).signer;
const uri = (value: string): GeneralName => ({ kind: "uri", value });
const shard = [uri("http://ca.example/crl/aa/40.crl")];
const otherShard = [uri("http://ca.example/crl/aa/41.crl")];
const points = distributionPoints({ fullName: shard });
const point = issuingPoint({ fullName: shard });

const root = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const issuing = await forgeCertificate({
  name: "issuing",
  issuer: root,
  signer: key(),
  extensions: [...authorityExtensions(), points],
});
const bear = (name: string, ...extensions: Extension[]) =>
  forgeCertificate({ name, issuer: issuing, signer: key(), extensions });
const leaf = await bear("leaf", points);
const unpointed = await bear("leaf without points");
const sub = await bear("sub", ...authorityExtensions(), points);
const noAuthority = encodeBasicConstraints({ isAuthority: false });
const plainLeaf = await bear("no authority", points, extension(oids.basicConstraints, noAuthority, true));
const partly = await bear("some reasons", distributionPoints({ fullName: shard, reasons: ["keyCompromise"] }));
const malformed = await bear("malformed points", extension(oids.crlDistributionPoints, encodeSequence()));
const impostor = await forgeCertificate({ name: "issuing", signer: key(), extensions: authorityExtensions() });
const asIssuing = (...extensions: Extension[]) =>
  forgeCertificate({ name: "issuing", issuer: root, signer: issuing.signer, extensions });
const unrestricted = await asIssuing(extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: true })));
const mute = await asIssuing(extension(oids.keyUsage, encodeKeyUsage(["keyCertSign"]), true));

const entry = (fields: Partial<ForgedEntry> = {}): ForgedEntry => ({
  serialNumber: leaf.certificate.serialNumber,
  revocationDate,
  ...fields,
});
const stranger = entry({ serialNumber: sub.certificate.serialNumber });
const hold = entry({ reason: crlReasons.certificateHold });

const listOf = (fields: Partial<ForgedListFields> = {}) =>
  forgeList({ issuer: issuing, thisUpdate, nextUpdate, extensions: [point], ...fields });

const policy = { unknown: "refuse", clockSkew: 0 } as const;
const noPath = () => Promise.reject(new Error("no other signer is to be validated here"));

async function ask(list: Partial<ForgedListFields> = {}, question: Partial<StatusQuestion> = {}) {
  return certificateStatus({
    certificate: leaf.certificate,
    issuer: issuing.certificate,
    evidence: { lists: [await listOf(list)], responses: [], policy },
    candidates: [],
    at,
    verifier: nodeSignatureVerifier,
    budget: new PathBudget(defaultPathLimits),
    validateSigner: noPath,
    ...question,
  });
}

const of = ({ certificate }: Forged) => ({ certificate });

test("a current list that does not name the certificate says good, and as of when", async () => {
  assert.deepEqual(await ask({ entries: [stranger] }), { state: "good", source: "crl", asOf: thisUpdate });
});

test("a named certificate is revoked: reason, date and invalidity date are kept", async () => {
  const invalidityDate = new Date("2026-11-01T00:00:00Z");
  const extensions = [extension(oids.invalidityDate, encodeGeneralizedTime(invalidityDate))];
  const revoked = { state: "revoked", source: "crl", revokedAt: revocationDate, asOf: thisUpdate };
  assert.deepEqual(await ask({ entries: [entry({ reason: 1, extensions })] }), {
    ...revoked,
    reason: 1,
    invalidityDate,
  });
  assert.deepEqual(await ask({ entries: [entry()] }), { ...revoked, reason: 0 });
});

test("of two entries for one certificate the graver counts", async () => {
  const status = await ask({ entries: [hold, entry({ reason: crlReasons.superseded })] });
  assert.equal(status.state === "revoked" && status.reason, crlReasons.superseded);
});

test("a final revocation holds whatever the age and the form of an authentic list", async () => {
  const revoked = [entry()];
  for (const instant of [new Date("2030-01-01T00:00:00Z"), new Date("2026-11-23T23:59:59Z")])
    assert.equal((await ask({ entries: revoked }, { at: instant })).state, "revoked");
  for (const fields of [
    { without: [oids.crlNumber] },
    { nextUpdate: undefined },
    { entries: [stranger, stranger, ...revoked] },
  ])
    assert.equal((await ask({ entries: revoked, ...fields })).state, "revoked");
});

interface Case {
  readonly name: string;
  readonly list?: Partial<ForgedListFields>;
  readonly question?: Partial<StatusQuestion>;
}

const later = (seconds: number) => new Date(nextUpdate.getTime() + seconds * 1000);
const evidencePolicy = (fields: Partial<StatusQuestion["evidence"]["policy"]>) => ({ ...policy, ...fields });
const withPolicy = async (
  fields: Partial<StatusQuestion["evidence"]["policy"]>,
  list: Partial<ForgedListFields> = {},
): Promise<Partial<StatusQuestion>> => ({
  evidence: { lists: [await listOf(list)], responses: [], policy: evidencePolicy(fields) },
});
const onlyUsers = [issuingPoint({ only: "users" })];
const onlyAuthorities = [issuingPoint({ only: "authorities" })];

const good: readonly Case[] = [
  { name: "no issuing distribution point: every certificate of the issuer", list: { extensions: [] } },
  { name: "the same for a certificate without points", list: { extensions: [] }, question: of(unpointed) },
  { name: "one common name of several", list: { extensions: [issuingPoint({ fullName: [...otherShard, ...shard] })] } },
  {
    name: "a URI in another case of scheme and host (RFC 5280 7.4)",
    list: { extensions: [issuingPoint({ fullName: [uri("HTTP://CA.Example/crl/aa/40.crl")] })] },
  },
  { name: "for devices, of a device", list: { extensions: onlyUsers } },
  {
    name: "for devices, of one that says it is no authority",
    list: { extensions: onlyUsers },
    question: of(plainLeaf),
  },
  { name: "for authorities, of an authority", list: { extensions: onlyAuthorities }, question: of(sub) },
  { name: "an issuer without key usage", question: { issuer: unrestricted.certificate } },
  { name: "version 1, which has no extensions and no number", list: { version: 1 } },
  { name: "no key identifier", list: { without: [oids.authorityKeyIdentifier] } },
  {
    name: "an empty key identifier",
    list: { extensions: [point, extension(oids.authorityKeyIdentifier, encodeSequence())] },
  },
  {
    name: "an unknown extension that is not critical",
    list: { extensions: [point, extension("1.2.3", encodeSequence())] },
  },
  {
    name: "the same in an entry",
    list: { entries: [{ ...stranger, extensions: [extension("1.2.3", encodeSequence())] }] },
  },
  {
    name: "a removal, which only a delta may have, is no revocation (6.3.3 k)",
    list: { entries: [entry({ reason: 8 })] },
  },
  { name: "the first millisecond", question: { at: thisUpdate } },
  { name: "the last millisecond", question: { at: later(-0.001) } },
  {
    name: "late by less than the clocks may differ",
    question: { at: later(59.999), ...(await withPolicy({ clockSkew: 60 })) },
  },
  {
    name: "early by as much as the clocks may differ",
    question: { at: new Date(thisUpdate.getTime() - 60_000), ...(await withPolicy({ clockSkew: 60 })) },
  },
  { name: "as old as it may be", question: await withPolicy({ maxAge: 12 * 3600 }) },
  { name: "no next update, of this very instant", list: { nextUpdate: undefined }, question: { at: thisUpdate } },
  {
    name: "no next update, not older than allowed",
    question: await withPolicy({ maxAge: 43_200 }, { nextUpdate: undefined }),
  },
];

for (const { name, list, question } of good)
  test(`good: ${name}`, async () => assert.equal((await ask(list, question)).state, "good"));

const unknownCritical = extension("1.3.6.1.4.1.32473.99", encodeSequence(), true);
const posing = { ...issuing, signer: { ...issuing.signer, algorithm: algorithms.EdDSA } };
const foreignKey = { ...issuing, signer: key() };
const otherIdentifier = extension(oids.authorityKeyIdentifier, encodeAuthorityKeyIdentifier(new Uint8Array(20)));

const unknown: readonly (Case & { readonly code: string; readonly presented?: boolean })[] = [
  { name: "by another authority", list: { issuer: root }, code: "NAT_STATUS_ABSENT", presented: false },
  { name: "by another key of the same name", list: { issuer: impostor }, code: "NAT_CRL_ISSUER" },
  {
    name: "under another issuer than the one of the path",
    question: { issuer: root.certificate },
    code: "NAT_CRL_ISSUER",
  },
  {
    name: "by another key, with another's identifier",
    list: { issuer: foreignKey, extensions: [point, otherIdentifier] },
    code: "NAT_CRL_ISSUER",
  },
  { name: "an issuer without cRLSign", question: { issuer: mute.certificate }, code: "NAT_CRL_KEY_USAGE" },
  { name: "signed by another key", list: { issuer: foreignKey }, code: "NAT_CRL_SIGNATURE" },
  { name: "signed with another algorithm", list: { issuer: posing }, code: "NAT_CRL_ALGORITHM" },
  {
    name: "of another partition",
    list: { extensions: [issuingPoint({ fullName: otherShard })] },
    code: "NAT_CRL_SCOPE",
    presented: false,
  },
  {
    name: "of a partition, for a certificate without points",
    question: of(unpointed),
    code: "NAT_CRL_SCOPE",
    presented: false,
  },
  {
    name: "for devices, of an authority",
    list: { extensions: onlyUsers },
    question: of(sub),
    code: "NAT_CRL_SCOPE",
    presented: false,
  },
  {
    name: "for authorities, of a device",
    list: { extensions: onlyAuthorities },
    code: "NAT_CRL_SCOPE",
    presented: false,
  },
  {
    name: "for authorities, of one that says it is none",
    list: { extensions: onlyAuthorities },
    question: of(plainLeaf),
    code: "NAT_CRL_SCOPE",
    presented: false,
  },
  {
    name: "for attribute certificates",
    list: { extensions: [issuingPoint({ only: "attributes" })] },
    code: "NAT_CRL_SCOPE",
    presented: false,
  },
  { name: "of a point that is for some reasons only", question: of(partly), code: "NAT_CRL_REASONS" },
  {
    name: "for some reasons only",
    list: { extensions: [issuingPoint({ fullName: shard, reasons: ["superseded"] })] },
    code: "NAT_CRL_REASONS",
  },
  {
    name: "an issuing distribution point that is not critical",
    list: { extensions: [{ ...point, critical: false }] },
    code: "NAT_CRL_EXTENSION",
  },
  {
    name: "an issuing distribution point that is none",
    list: { extensions: [extension(oids.issuingDistributionPoint, encodeSequence(), true)] },
    code: "NAT_X509_EXTENSION",
  },
  { name: "points of the certificate that are none", question: of(malformed), code: "NAT_X509_EXTENSION" },
  {
    name: "a critical extension that is not known",
    list: { extensions: [point, unknownCritical] },
    code: "NAT_CRL_EXTENSION",
  },
  {
    name: "the same in the entry of any certificate",
    list: { entries: [{ ...stranger, extensions: [unknownCritical] }] },
    code: "NAT_CRL_EXTENSION",
  },
  {
    name: "the same in the entry of this certificate (RFC 5280 5.3)",
    list: { entries: [entry({ extensions: [unknownCritical] })] },
    code: "NAT_CRL_EXTENSION",
  },
  {
    name: "an entry of another issuer in a list that is not indirect",
    list: { entries: [{ ...stranger, extensions: [extension(oids.certificateIssuer, issuerNames(), true)] }] },
    code: "NAT_CRL_EXTENSION",
  },
  { name: "no number", list: { without: [oids.crlNumber] }, code: "NAT_CRL_NUMBER" },
  {
    name: "a critical number",
    list: { extensions: [point, extension(oids.crlNumber, encodeCrlNumber(1), true)] },
    code: "NAT_CRL_NUMBER",
  },
  { name: "another certificate named twice", list: { entries: [stranger, stranger] }, code: "NAT_CRL_REPEATED" },
  {
    name: "a hold in a list that is over",
    list: { entries: [hold] },
    question: { at: nextUpdate },
    code: "NAT_CRL_NOT_CURRENT",
  },
  { name: "over", question: { at: nextUpdate }, code: "NAT_CRL_NOT_CURRENT" },
  { name: "at a Date without an instant", question: { at: new Date(Number.NaN) }, code: "NAT_CRL_NOT_CURRENT" },
  { name: "of a later time", question: { at: new Date(thisUpdate.getTime() - 1) }, code: "NAT_CRL_NOT_CURRENT" },
  {
    name: "no next update, a second later",
    list: { nextUpdate: undefined },
    question: { at: new Date(thisUpdate.getTime() + 1000) },
    code: "NAT_CRL_NOT_CURRENT",
  },
  { name: "older than allowed", question: await withPolicy({ maxAge: 43_199 }), code: "NAT_CRL_NOT_CURRENT" },
  {
    name: "no next update, older than allowed",
    question: await withPolicy({ maxAge: 43_199 }, { nextUpdate: undefined }),
    code: "NAT_CRL_NOT_CURRENT",
  },
];

function issuerNames(): Uint8Array {
  return encodeSequence(new Uint8Array([0x82, 1, 0x61]));
}

for (const { name, list, question, code, presented = true } of unknown)
  test(`unknown (${code}): ${name}`, async () => {
    const status = await ask(list, question);
    assert.ok(status.state === "unknown", status.state);
    assert.deepEqual([status.causes[0]?.code, status.presented], [code, presented]);
  });

test("on hold while the list is current", async () => {
  const status = await ask({ entries: [hold] });
  assert.equal(status.state === "revoked" && status.reason, crlReasons.certificateHold);
});

test("lists that are of no use beside one that is", async () => {
  const lists = [await listOf({ issuer: foreignKey }), await listOf({ extensions: onlyAuthorities }), await listOf()];
  assert.equal((await ask({}, { evidence: { lists, responses: [], policy } })).state, "good");
});

test("a list changed in any byte never says good of a certificate that it revokes, or anything but a catalogue code", async () => {
  for (const entries of [[entry()], [hold], [stranger]]) {
    const { der } = await listOf({ entries });
    await fc.assert(
      fc.asyncProperty(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), async (place, mask) => {
        const changed = der.with(place, (der[place] as number) ^ mask);
        try {
          const lists = [parseCertificateList(changed)];
          const status = await ask({}, { evidence: { lists, responses: [], policy } });
          assert.equal(status.state, "unknown");
        } catch (error) {
          assert.ok(isNatalisError(error), String(error));
        }
      }),
      { numRuns: 300 },
    );
  }
});
