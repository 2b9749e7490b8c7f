// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import * as fc from "fast-check";
import {
  algorithms,
  crlReasons,
  encodeAuthorityKeyIdentifier,
  encodeBasicConstraints,
  encodeBoolean,
  encodeCrlDistributionPoints,
  encodeIssuingDistributionPoint,
  encodeKeyUsage,
  encodeOid,
  encodeSequence,
  encodeTagged,
  type Extension,
  encodeInteger,
  oids,
  parseCertificateList,
  type RevokedCertificateFields,
  encodeBitString,
  contextTag,
} from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import {
  authorityExtensions,
  extension,
  type Forged,
  type ForgedListFields,
  forgeCertificate,
  forgeCertificateList,
} from "../../testing/certificate-forge.ts";
import { type CertificateListRequest, checkCertificateList, isListFor } from "../index.ts";

const at = new Date("2026-11-24T12:00:00Z");
const thisUpdate = new Date("2026-11-24T00:00:00Z");
const nextUpdate = new Date("2026-11-25T00:00:00Z");
const revocationDate = new Date("2026-11-23T10:00:00Z");
const shard = "http://ca.example/crl/aa/40.crl";
const otherShard = "http://ca.example/crl/aa/41.crl";
const key = () => generateKey(algorithms.ES256).signer;

const points = extension(oids.crlDistributionPoints, encodeCrlDistributionPoints([shard]));
const issuingPoint = (...uris: string[]) =>
  extension(oids.issuingDistributionPoint, encodeIssuingDistributionPoint({ uris }), true);
const rawPoint = (...parts: Uint8Array[]) => extension(oids.issuingDistributionPoint, encodeSequence(...parts), true);
const flag = (number: number) => encodeBoolean(true, contextTag(number, false));

const root = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const issuing = await forgeCertificate({
  name: "issuing",
  issuer: root,
  signer: key(),
  extensions: [...authorityExtensions(), points],
});
const leaf = await forgeCertificate({ name: "leaf", issuer: issuing, signer: key(), extensions: [points] });
const unpointed = await forgeCertificate({
  name: "leaf without points",
  issuer: issuing,
  signer: key(),
  extensions: [],
});
const sub = await forgeCertificate({
  name: "station",
  issuer: issuing,
  signer: key(),
  extensions: [...authorityExtensions(), points],
});
const impostor = await forgeCertificate({ name: "issuing", signer: key(), extensions: authorityExtensions() });
const renamed = await forgeCertificate({
  name: "renamed",
  issuer: root,
  signer: issuing.signer,
  extensions: authorityExtensions(),
});
const unrestricted = await forgeCertificate({
  name: "issuing",
  issuer: root,
  signer: issuing.signer,
  extensions: authorityExtensions().filter(({ oid }) => oid !== oids.keyUsage),
});
const plainLeaf = await forgeCertificate({
  name: "leaf that says it is no authority",
  issuer: issuing,
  signer: key(),
  extensions: [points, extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: false }), true)],
});
const mute = await forgeCertificate({
  name: "issuing",
  issuer: root,
  signer: issuing.signer,
  extensions: [
    extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: true }), true),
    extension(oids.keyUsage, encodeKeyUsage(["keyCertSign"]), true),
  ],
});
const reasonPoints = await forgeCertificate({
  name: "leaf with points for some reasons",
  issuer: issuing,
  signer: key(),
  extensions: [extension(oids.crlDistributionPoints, encodeSequence(encodeSequence(...pointWithReasons(shard))))],
});

/** A distribution point with the reasons field: keyCompromise only. */
function pointWithReasons(uri: string): Uint8Array[] {
  const whole = encodeCrlDistributionPoints([uri]);
  const name = whole.subarray(4);
  return [name, encodeBitString(Uint8Array.of(0x40), 6, contextTag(1, false))];
}

const serialOf = ({ certificate }: Forged) => certificate.serialNumber;
const entry = (fields: Partial<RevokedCertificateFields> = {}): RevokedCertificateFields => ({
  serialNumber: serialOf(leaf),
  revocationDate,
  ...fields,
});

async function check(list: Partial<ForgedListFields> = {}, request: Partial<CertificateListRequest> = {}) {
  const forged = await forgeCertificateList({
    issuer: issuing,
    thisUpdate,
    nextUpdate,
    extensions: [issuingPoint(shard)],
    ...list,
  });
  return checkCertificateList({
    list: forged,
    certificate: leaf.certificate,
    issuer: issuing.certificate,
    at,
    verifier: nodeSignatureVerifier,
    ...request,
  });
}

test("a current list that does not name the certificate says good, and as of when", async () => {
  const strangers = [entry({ serialNumber: serialOf(sub) })];
  assert.deepEqual(await check({ revoked: strangers }), { state: "good", asOf: thisUpdate });
});

test("a named certificate is revoked: reason, date and invalidity date are kept", async () => {
  const invalidityDate = new Date("2026-11-01T00:00:00Z");
  const status = await check({ revoked: [entry({ reason: crlReasons.keyCompromise, invalidityDate })] });
  assert.deepEqual(status, {
    state: "revoked",
    reason: 1,
    revokedAt: revocationDate,
    invalidityDate,
    asOf: thisUpdate,
  });
});

test("without a reason code the reason is unspecified", async () => {
  assert.deepEqual(await check({ revoked: [entry()] }), {
    state: "revoked",
    reason: 0,
    revokedAt: revocationDate,
    asOf: thisUpdate,
  });
});

test("of two entries for one certificate the graver counts", async () => {
  const status = await check({
    revoked: [entry({ reason: crlReasons.certificateHold }), entry({ reason: crlReasons.superseded })],
  });
  assert.equal(status.state === "revoked" && status.reason, crlReasons.superseded);
});

test("a final revocation holds whatever the age of the list", async () => {
  for (const instant of [new Date("2030-01-01T00:00:00Z"), new Date("2026-11-23T23:59:59Z")])
    assert.equal((await check({ revoked: [entry()] }, { at: instant })).state, "revoked");
});

test("a list without issuing distribution point covers every certificate of its issuer", async () => {
  assert.equal((await check({ extensions: [] })).state, "good");
  assert.equal((await check({ extensions: [] }, { certificate: unpointed.certificate })).state, "good");
});

test("a list for authorities or for devices covers those", async () => {
  const users = [rawPoint(flag(1))];
  const authorities = [rawPoint(flag(2))];
  assert.equal((await check({ extensions: users })).state, "good");
  assert.equal((await check({ extensions: authorities }, { certificate: sub.certificate })).state, "good");
  await assert.rejects(check({ extensions: users }, { certificate: sub.certificate }), { code: "NAT_CRL_SCOPE" });
  await assert.rejects(check({ extensions: authorities }), { code: "NAT_CRL_SCOPE" });
});

test("a certificate whose basic constraints say that it is no authority is a device's", async () => {
  const given = { certificate: plainLeaf.certificate };
  assert.equal((await check({ extensions: [rawPoint(flag(1))] }, given)).state, "good");
  await assert.rejects(check({ extensions: [rawPoint(flag(2))] }, given), { code: "NAT_CRL_SCOPE" });
});

test("an issuer without key usage may sign lists", async () => {
  assert.equal((await check({}, { issuer: unrestricted.certificate })).state, "good");
});

test("where list or issuer has no key identifier at all, the signature tells", async () => {
  const list = await forgeCertificateList({
    issuer: issuing,
    thisUpdate,
    nextUpdate,
    extensions: [issuingPoint(shard)],
  });
  const strip = <T extends { readonly extensions: readonly Extension[] }>(holder: T, oid: string): T => ({
    ...holder,
    extensions: holder.extensions.filter((one) => one.oid !== oid),
  });
  const bareList = strip(list, oids.authorityKeyIdentifier);
  const bareIssuer = strip(issuing.certificate, oids.subjectKeyIdentifier);
  for (const given of [{ list: bareList }, { issuer: bareIssuer }, { list: bareList, issuer: bareIssuer }])
    assert.equal((await check({}, { list, ...given })).state, "good");
  const foreign = { list: bareList, issuer: impostor.certificate };
  await assert.rejects(check({}, foreign), { code: "NAT_CRL_SIGNATURE" });
});

test("one common URI is enough", async () => {
  assert.equal((await check({ extensions: [issuingPoint(otherShard, shard)] })).state, "good");
});

const unknownCritical = extension("1.3.6.1.4.1.32473.99", encodeSequence(), true);
const hold = entry({ reason: crlReasons.certificateHold });

interface Refusal {
  readonly name: string;
  readonly code: string;
  readonly list?: Partial<ForgedListFields>;
  readonly request?: Partial<CertificateListRequest>;
}

const withPoint = (...extensions: Extension[]) => [issuingPoint(shard), ...extensions];
const foreignKey = { ...issuing, signer: key() };
const posing = { ...issuing, signer: { ...issuing.signer, algorithm: algorithms.EdDSA } };
const issuingKeyIdentifier = issuing.certificate.extensions.find(
  ({ oid }) => oid === oids.authorityKeyIdentifier,
) as Extension;

const refusals: readonly Refusal[] = [
  { name: "by another authority", list: { issuer: root }, code: "NAT_CRL_ISSUER" },
  {
    name: "by the issuer given, which is not the certificate's",
    list: { issuer: root },
    request: { issuer: root.certificate },
    code: "NAT_CRL_ISSUER",
  },
  { name: "by an authority of the same name with another key", list: { issuer: impostor }, code: "NAT_CRL_ISSUER" },
  {
    name: "checked against another issuer than the certificate's",
    request: { issuer: root.certificate },
    code: "NAT_CRL_ISSUER",
  },
  {
    name: "checked against the issuer's key under another name",
    request: { issuer: renamed.certificate },
    code: "NAT_CRL_ISSUER",
  },
  {
    name: "about a certificate of another issuer",
    request: { certificate: issuing.certificate },
    code: "NAT_CRL_ISSUER",
  },
  {
    name: "its key identifier is another's",
    list: { extensions: withPoint(issuingKeyIdentifier) },
    code: "NAT_CRL_ISSUER",
  },
  { name: "an issuer without cRLSign", request: { issuer: mute.certificate }, code: "NAT_CRL_KEY_USAGE" },
  {
    name: "signed by another key",
    list: { issuer: foreignKey, extensions: withPoint(extension(oids.authorityKeyIdentifier, encodeSequence())) },
    code: "NAT_CRL_SIGNATURE",
  },
  { name: "signed with another algorithm", list: { issuer: posing }, code: "NAT_CRL_ALGORITHM" },
  { name: "of another partition", list: { extensions: [issuingPoint(otherShard)] }, code: "NAT_CRL_SCOPE" },
  {
    name: "of a partition, for a certificate without points",
    request: { certificate: unpointed.certificate },
    code: "NAT_CRL_SCOPE",
  },
  {
    name: "of a point that is for some reasons only",
    request: { certificate: reasonPoints.certificate },
    code: "NAT_CRL_SCOPE",
  },
  { name: "for attribute certificates", list: { extensions: [rawPoint(flag(5))] }, code: "NAT_CRL_SCOPE" },
  {
    name: "named relative to its issuer",
    list: { extensions: [rawPoint(encodeTagged(0, encodeTagged(1, new Uint8Array(0))))] },
    code: "NAT_CRL_SCOPE",
  },
  {
    name: "an issuing distribution point that is not critical",
    list: { extensions: [{ ...issuingPoint(shard), critical: false }] },
    code: "NAT_CRL_EXTENSION",
  },
  { name: "indirect", list: { extensions: [rawPoint(flag(4))] }, code: "NAT_CRL_KIND" },
  {
    name: "for some reasons",
    list: { extensions: [rawPoint(encodeBitString(Uint8Array.of(0x40), 6, contextTag(3, false)))] },
    code: "NAT_CRL_KIND",
  },
  {
    name: "delta",
    list: { extensions: withPoint(extension(oids.deltaCrlIndicator, encodeInteger(1), true)) },
    code: "NAT_CRL_KIND",
  },
  { name: "unknown critical extension", list: { extensions: withPoint(unknownCritical) }, code: "NAT_CRL_EXTENSION" },
  {
    name: "a hold in a list that is over",
    list: { revoked: [hold] },
    request: { at: nextUpdate },
    code: "NAT_CRL_NOT_CURRENT",
  },
  { name: "over", request: { at: nextUpdate }, code: "NAT_CRL_NOT_CURRENT" },
  { name: "at a Date without an instant", request: { at: new Date(Number.NaN) }, code: "NAT_CRL_NOT_CURRENT" },
  { name: "of a later time", request: { at: new Date(thisUpdate.getTime() - 1) }, code: "NAT_CRL_NOT_CURRENT" },
];

for (const { name, code, list, request } of refusals)
  test(`refused: ${name}`, () => assert.rejects(check(list, request), { code }));

test("the first and last millisecond of a list", async () => {
  assert.equal((await check({}, { at: thisUpdate })).state, "good");
  assert.equal((await check({}, { at: new Date(nextUpdate.getTime() - 1) })).state, "good");
});

test("refused: a list that does not say when the next one is due", async () => {
  const list = await forgeCertificateList({
    issuer: issuing,
    thisUpdate,
    nextUpdate,
    extensions: [issuingPoint(shard)],
  });
  await assert.rejects(check({}, { list: { ...list, nextUpdate: undefined } }), { code: "NAT_CRL_NOT_CURRENT" });
});

test("refused: a critical extension in the entry of any certificate", async () => {
  const revoked = [entry({ serialNumber: serialOf(sub) })];
  const list = await forgeCertificateList({
    issuer: issuing,
    thisUpdate,
    nextUpdate,
    extensions: [issuingPoint(shard)],
    revoked,
  });
  const withEntry = (...extensions: Extension[]) => ({
    ...list,
    revoked: list.revoked.map((one) => ({ ...one, extensions })),
  });
  await assert.rejects(check({}, { list: withEntry(unknownCritical) }), { code: "NAT_CRL_EXTENSION" });
  const certificateIssuer = extension(oids.certificateIssuer, encodeOid("1.2.3"), true);
  await assert.rejects(check({}, { list: withEntry(certificateIssuer) }), { code: "NAT_CRL_KIND" });
  assert.equal((await check({}, { list: withEntry({ ...unknownCritical, critical: false }) })).state, "good");
});

test("a list without key identifier is left to its signature", async () => {
  const empty = extension(oids.authorityKeyIdentifier, encodeSequence());
  assert.equal((await check({ extensions: withPoint(empty) })).state, "good");
  const other = extension(oids.authorityKeyIdentifier, encodeAuthorityKeyIdentifier(new Uint8Array(20)));
  await assert.rejects(check({ extensions: withPoint(other) }), { code: "NAT_CRL_ISSUER" });
});

test("isListFor picks by issuer and scope, before anything is verified", async () => {
  const make = (fields: Partial<ForgedListFields>) =>
    forgeCertificateList({ issuer: issuing, thisUpdate, nextUpdate, extensions: [issuingPoint(shard)], ...fields });
  assert.equal(isListFor(await make({}), leaf.certificate), true);
  assert.equal(isListFor(await make({ issuer: foreignKey }), leaf.certificate), true);
  assert.equal(isListFor(await make({ issuer: root }), leaf.certificate), false);
  assert.equal(isListFor(await make({ extensions: [issuingPoint(otherShard)] }), leaf.certificate), false);
});

test("a list changed in any bit is refused with a catalogue code", async () => {
  const list = await forgeCertificateList({
    issuer: issuing,
    thisUpdate,
    nextUpdate,
    extensions: [issuingPoint(shard)],
    revoked: [hold],
  });
  await fc.assert(
    fc.asyncProperty(fc.nat(list.der.length * 8 - 1), async (bit) => {
      const changed = list.der.with(bit >> 3, (list.der[bit >> 3] as number) ^ (1 << (bit & 7)));
      await assert.rejects(
        async () => check({}, { list: parseCertificateList(changed) }),
        (error) => isNatalisError(error),
      );
    }),
    { numRuns: 300 },
  );
});
