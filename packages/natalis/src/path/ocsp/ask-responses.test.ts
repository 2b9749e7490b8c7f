// SPDX-License-Identifier: Apache-2.0
// What OCSP responses say of a certificate, who is believed, and every refusal.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import * as fc from "fast-check";
import {
  algorithms,
  type Certificate,
  encodeExtendedKeyUsage,
  encodeGeneralizedTime,
  encodeKeyUsage,
  encodeNull,
  encodeSequence,
  type Extension,
  type KeyUsage,
  oids,
  parseOcspResponse,
} from "../../formats/index.ts";
import { type DigestName, isNatalisError, NatalisError } from "../../kernel/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../../testing/certificate-forge.ts";
import {
  type ForgedAnswer,
  type ForgedResponseFields,
  forgeResponse,
  forgeResponseBytes,
} from "../../testing/status-forge.ts";
import { certificateStatus, defaultPathLimits, PathBudget, type PathLimits, type StatusQuestion } from "../index.ts";

const at = new Date("2026-11-24T12:00:00Z");
const thisUpdate = new Date("2026-11-24T00:00:00Z");
const nextUpdate = new Date("2026-11-25T00:00:00Z");
const revokedAt = new Date("2026-11-20T00:00:00Z");
const key = () => generateKey(algorithms.ES256).signer;
const purposes = (...given: string[]) => extension(oids.extendedKeyUsage, encodeExtendedKeyUsage(given));
const usages = (...given: KeyUsage[]) => extension(oids.keyUsage, encodeKeyUsage(given), true);
const noCheck = extension(oids.ocspNoCheck, encodeNull());

const root = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const renewed = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const stranger = await forgeCertificate({ name: "stranger", signer: key(), extensions: authorityExtensions() });
const delegate = (issuer: Forged, ...extensions: Extension[]) =>
  forgeCertificate({ name: "responder", issuer, signer: key(), extensions });
const responder = await delegate(root, purposes(oids.ocspSigning), noCheck);
const leaf = await forgeCertificate({ name: "leaf", issuer: root, signer: key() });
const other = await forgeCertificate({ name: "other", issuer: root, signer: key() });

type Fields = Partial<Omit<ForgedResponseFields, "answers">> & { readonly answers?: readonly Partial<ForgedAnswer>[] };

function fieldsOf({ answers = [{}], ...fields }: Fields): ForgedResponseFields {
  const usual = { about: leaf, issuer: root, thisUpdate, nextUpdate };
  return {
    responder: root,
    producedAt: thisUpdate,
    ...fields,
    answers: answers.map((answer) => ({ ...usual, ...answer })),
  };
}

/** Of whom it was asked whether the path holds, and whether with status. */
let validated: [Certificate, boolean][] = [];

async function ask(fields: Fields = {}, question: Partial<StatusQuestion> = {}) {
  validated = [];
  return certificateStatus({
    certificate: leaf.certificate,
    issuer: root.certificate,
    evidence: {
      lists: [],
      responses: [await forgeResponse(fieldsOf(fields))],
      policy: { unknown: "refuse", clockSkew: 0 },
    },
    candidates: [],
    at,
    verifier: nodeSignatureVerifier,
    budget: new PathBudget(defaultPathLimits),
    validateSigner: async (...told) => {
      validated.push(told);
    },
    ...question,
  });
}

const withCertificates = (...certificates: Forged[]) => ({ certificates: certificates.map((one) => one.certificate) });
const byDelegate = (one: Forged): Fields => ({ responder: one, ...withCertificates(one) });

const good: readonly [title: string, fields: Fields, question?: Partial<StatusQuestion>][] = [
  ["by the issuer, named by key", {}],
  ["by the issuer, named by name", { named: "by name" }],
  ["by a delegate that came with it", byDelegate(responder)],
  ["by a delegate, named by name", { ...byDelegate(responder), named: "by name" }],
  ["by a delegate that was given elsewhere", { responder }, { candidates: [responder.certificate] }],
  ["by a delegate among others", { responder, ...withCertificates(root, leaf, responder, stranger) }],
  [
    "by a delegate whose key is for signatures",
    byDelegate(await delegate(root, purposes(oids.ocspSigning), usages("digitalSignature"))),
  ],
  [
    "by one for non-repudiation",
    byDelegate(await delegate(root, purposes(oids.ocspSigning), usages("nonRepudiation"))),
  ],
  ["among other answers", { answers: [{ about: other, status: { revokedAt } }, {}] }],
  ["twice", { answers: [{}, {}] }],
  ["with a nonce", { nonce: new Uint8Array(8) }],
  [
    "with extensions that are not critical",
    { extensions: [extension("1.2.3", encodeNull())], answers: [{ extensions: [extension("1.2.4", encodeNull())] }] },
  ],
  [
    "with an archive cutoff that is critical",
    { answers: [{ extensions: [extension(oids.ocspArchiveCutoff, encodeGeneralizedTime(thisUpdate), true)] }] },
  ],
  ["of this instant, without next update", { answers: [{ nextUpdate: undefined }] }, { at: thisUpdate }],
];
for (const [title, fields, question] of good)
  test(`good: ${title}`, async () =>
    assert.deepEqual(await ask(fields, question), { state: "good", source: "ocsp", asOf: thisUpdate }));

for (const named of ["by name", "by key"] as const)
  test(`the search for a responder named ${named} is paid for: answers, candidates, and those so named`, async () => {
    const candidates = [stranger.certificate, responder.certificate];
    const budget = (paid: Partial<PathLimits>) => new PathBudget({ ...defaultPathLimits, ...paid });
    const enough = { names: 3, paths: 1 };
    const asking = (paid: Partial<PathLimits>) => ask({ responder, named }, { candidates, budget: budget(paid) });
    assert.equal((await asking(enough)).state, "good");
    for (const [kind, amount] of Object.entries(enough))
      await assert.rejects(asking({ ...enough, [kind]: amount - 1 }), { detail: `out of ${kind}` });
  });

for (const digest of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"] satisfies DigestName[])
  test(`good: named by ${digest}`, async () => assert.equal((await ask({ answers: [{ digest }] })).state, "good"));

test("revoked: reason, date and invalidity date are kept, whatever the age", async () => {
  const invalidityDate = new Date("2026-10-01T00:00:00Z");
  const extensions = [extension(oids.invalidityDate, encodeGeneralizedTime(invalidityDate))];
  const revoked = { state: "revoked", source: "ocsp", revokedAt, asOf: thisUpdate };
  const answers = [{ status: { revokedAt, reason: 1 }, extensions }];
  assert.deepEqual(await ask({ answers }), { ...revoked, reason: 1, invalidityDate });
  assert.deepEqual(await ask({ answers: [{ status: { revokedAt } }] }), { ...revoked, reason: 0 });
  for (const instant of [new Date("2040-01-01T00:00:00Z"), new Date("2020-01-01T00:00:00Z")])
    assert.equal((await ask({ answers }, { at: instant })).state, "revoked");
});

test("revoked wins over good, in one response and in two", async () => {
  assert.equal((await ask({ answers: [{}, { status: { revokedAt } }] })).state, "revoked");
  const responses = await Promise.all([
    forgeResponse(fieldsOf({})),
    forgeResponse(fieldsOf({ answers: [{ status: { revokedAt, reason: 6 } }] })),
    forgeResponse(fieldsOf({ answers: [{ status: { revokedAt, reason: 4 } }] })),
  ]);
  const evidence = { lists: [], responses, policy: { unknown: "refuse", clockSkew: 0 } } as const;
  const status = await ask({}, { evidence });
  assert.equal(status.state === "revoked" && status.reason, 4);
});

test("on hold while the response is current", async () => {
  const answers = [{ status: { revokedAt, reason: 6 } }];
  assert.equal((await ask({ answers })).state, "revoked");
  await unknownFor("NAT_OCSP_NOT_CURRENT", { answers }, { at: nextUpdate });
});

test("a delegate's path is asked about, its status too unless its issuer says that it need not be", async () => {
  await ask(byDelegate(responder));
  assert.deepEqual(validated, [[responder.certificate, false]]);
  for (const extensions of [[], [extension(oids.ocspNoCheck, encodeSequence())]]) {
    const checked = await delegate(root, purposes(oids.ocspSigning), ...extensions);
    await ask(byDelegate(checked));
    assert.deepEqual(validated, [[checked.certificate, true]]);
  }
  await ask();
  assert.deepEqual(validated, []);
});

async function unknownFor(code: string, fields: Fields, question: Partial<StatusQuestion> = {}, presented = true) {
  const status = await ask(fields, question);
  assert.ok(status.state === "unknown", status.state);
  assert.deepEqual([status.causes[0]?.code, status.presented], [code, presented]);
  return status;
}

const unknownCritical = extension("1.3.6.1.4.1.32473.99", encodeNull(), true);
const posing = { ...root, signer: { ...root.signer, algorithm: algorithms.EdDSA } };
const forged = { ...root, signer: key() };
const forgedDelegate = await forgeCertificate({
  name: "responder",
  issuer: { ...root, signer: key() },
  signer: key(),
  extensions: [purposes(oids.ocspSigning), noCheck],
});
const samePlace = await delegate(renewed, purposes(oids.ocspSigning), noCheck);
const ownResponder = await forgeCertificate({
  name: "responder",
  issuer: root,
  signer: key(),
  extensions: [purposes(oids.ocspSigning), noCheck],
});
const broken = { der: responder.certificate.der.subarray(0, 60).with(1, 58).with(2, 0x30) };

const unknown: readonly [
  title: string,
  code: string,
  fields: Fields,
  question?: Partial<StatusQuestion>,
  presented?: boolean,
][] = [
  ["about another certificate", "NAT_OCSP_CERTIFICATE", { answers: [{ about: other }] }, {}, false],
  ["about nothing", "NAT_OCSP_CERTIFICATE", { answers: [] }, {}, false],
  ["about another issuer's key", "NAT_OCSP_CERTIFICATE", { answers: [{ issuer: renewed }] }, {}, false],
  ["not known to the responder", "NAT_OCSP_UNKNOWN", { answers: [{ status: "unknown" }] }],
  ["signed by another key", "NAT_OCSP_SIGNATURE", { responder: forged }],
  ["signed with another algorithm", "NAT_OCSP_ALGORITHM", { responder: posing }],
  ["by a stranger", "NAT_OCSP_DELEGATION", byDelegate(stranger)],
  ["by the issuer's name with another key", "NAT_OCSP_DELEGATION", { ...byDelegate(renewed), named: "by key" }],
  ["by a delegate that is not given", "NAT_OCSP_RESPONDER", { responder }],
  ["by a delegate that is malformed", "NAT_OCSP_RESPONDER", { responder, certificates: [broken] }],
  ["by a delegate without a purpose", "NAT_OCSP_DELEGATION", byDelegate(await delegate(root, noCheck))],
  [
    "by one for any purpose",
    "NAT_OCSP_DELEGATION",
    byDelegate(await delegate(root, purposes(oids.anyExtendedKeyUsage), noCheck)),
  ],
  [
    "by one whose key is for other things",
    "NAT_OCSP_DELEGATION",
    byDelegate(await delegate(root, purposes(oids.ocspSigning), usages("keyAgreement"))),
  ],
  [
    "by a delegate of another issuer",
    "NAT_OCSP_DELEGATION",
    byDelegate(await delegate(stranger, purposes(oids.ocspSigning), noCheck)),
  ],
  ["by a delegate of another key of the issuer (4.2.2.2)", "NAT_OCSP_DELEGATION", byDelegate(samePlace)],
  ["by a delegate that the issuer did not sign", "NAT_OCSP_DELEGATION", byDelegate(forgedDelegate)],
  ["by a delegate, signed by another key", "NAT_OCSP_SIGNATURE", { ...byDelegate({ ...responder, signer: key() }) }],
  [
    "by a responder for itself",
    "NAT_OCSP_DELEGATION",
    { ...byDelegate(ownResponder), answers: [{ about: ownResponder }] },
    { certificate: ownResponder.certificate },
  ],
  ["a critical extension of the response", "NAT_OCSP_EXTENSION", { extensions: [unknownCritical] }],
  ["a critical extension of the answer", "NAT_OCSP_EXTENSION", { answers: [{ extensions: [unknownCritical] }] }],
  [
    "a critical extension of a revocation",
    "NAT_OCSP_EXTENSION",
    { answers: [{ status: { revokedAt }, extensions: [unknownCritical] }] },
  ],
  ["over", "NAT_OCSP_NOT_CURRENT", {}, { at: nextUpdate }],
  ["of a later time", "NAT_OCSP_NOT_CURRENT", {}, { at: new Date(thisUpdate.getTime() - 1) }],
  ["at a Date without an instant", "NAT_OCSP_NOT_CURRENT", {}, { at: new Date(Number.NaN) }],
  ["without next update, later", "NAT_OCSP_NOT_CURRENT", { answers: [{ nextUpdate: undefined }] }],
];
for (const [title, code, fields, question, presented] of unknown)
  test(`unknown (${code}): ${title}`, async () => {
    await unknownFor(code, fields, question, presented);
  });

test("a critical extension of one answer leaves the others", async () => {
  assert.equal((await ask({ answers: [{ extensions: [unknownCritical] }, {}] })).state, "good");
});

test("a delegate whose path does not hold signs in vain, and its cause is kept", async () => {
  const cause = new NatalisError("NAT_PATH_EXPIRED", "It is over.", "here");
  const status = await unknownFor("NAT_OCSP_SIGNER", byDelegate(responder), {
    validateSigner: () => Promise.reject(cause),
  });
  assert.equal(status.causes[0]?.cause, cause);
});

test("what ends all work, and what is no refusal, is thrown on", async () => {
  for (const error of [new NatalisError("NAT_PATH_BUDGET", "No more.", ""), new Error("broken")])
    await assert.rejects(ask(byDelegate(responder), { validateSigner: () => Promise.reject(error) }), error);
});

test("hostile certificates cost no more signatures than the budget has", async () => {
  const many = await Promise.all(Array.from({ length: 16 }, () => delegate(root, purposes(oids.ocspSigning), noCheck)));
  const fields: Fields = { responder: { ...responder, signer: key() }, named: "by name", ...withCertificates(...many) };
  const budget = (signatures: number) => new PathBudget({ ...defaultPathLimits, signatures });
  await unknownFor("NAT_OCSP_SIGNATURE", fields, { budget: budget(16) });
  await assert.rejects(ask(fields, { budget: budget(15) }), { code: "NAT_PATH_BUDGET" });
});

test("a response changed in any byte never says good of what it revokes, or anything but a catalogue code", async () => {
  for (const answers of [[{ status: { revokedAt, reason: 6 } }], [{}]] as const) {
    const whole = await forgeResponseBytes(fieldsOf({ ...byDelegate(responder), answers }));
    const expected = answers[0] && "status" in answers[0] ? "revoked" : "good";
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (place, mask) => {
        try {
          const responses = [parseOcspResponse(whole.with(place, (whole[place] as number) ^ mask))];
          const evidence = { lists: [], responses, policy: { unknown: "refuse", clockSkew: 0 } } as const;
          const { state } = await ask({}, { evidence });
          assert.ok(state === "unknown" || state === expected, state);
        } catch (error) {
          assert.ok(isNatalisError(error), String(error));
        }
      }),
      { numRuns: 300 },
    );
  }
});
