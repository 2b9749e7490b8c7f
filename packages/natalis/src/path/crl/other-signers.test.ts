// SPDX-License-Identifier: Apache-2.0
// Lists by others than the key above the certificate: other keys of the issuer's name, and indirect lists of whom the
// certificate names; and lists for some reasons, which say good only together.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  encodeAuthorityKeyIdentifier,
  encodeGeneralName,
  encodeKeyUsage,
  encodeName,
  encodeOctetString,
  encodeSequence,
  type Extension,
  type GeneralName,
  oids,
  type RevocationReason,
  revocationReasons,
} from "../../formats/index.ts";
import { NatalisError } from "../../kernel/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../../testing/certificate-forge.ts";
import {
  directoryName,
  distributionPoints,
  type ForgedEntry,
  type ForgedListFields,
  type ForgedPoint,
  forgeList,
  issuingPoint,
} from "../../testing/status-forge.ts";
import { certificateStatus, defaultPathLimits, PathBudget, type PathLimits, type StatusQuestion } from "../index.ts";

const at = new Date("2026-11-24T12:00:00Z");
const thisUpdate = new Date("2026-11-24T00:00:00Z");
const nextUpdate = new Date("2026-11-25T00:00:00Z");
const key = () => generateKey(algorithms.ES256).signer;
const nameOf = (...values: string[]) => encodeName(values.map((value) => ({ oid: oids.commonName, value })));
const named = (...values: string[]): GeneralName => directoryName(nameOf(...values));
const forge = (name: string, issuer: Forged | undefined, ...extensions: Extension[]) =>
  forgeCertificate({ name, issuer, signer: key(), extensions });
const forSigningLists = extension(oids.keyUsage, encodeKeyUsage(["cRLSign"]), true);

const root = await forge("root", undefined, ...authorityExtensions());
const issuing = await forge("issuing", root, ...authorityExtensions());
const listKey = await forge("issuing", root, forSigningLists);
const lister = await forge("lister", root, forSigningLists);
const bear = (...points: ForgedPoint[]) =>
  forge("leaf", issuing, ...(points.length > 0 ? [distributionPoints(...points)] : []));
const leaf = await bear();

const listOf = (issuer: Forged, fields: Partial<ForgedListFields> = {}) =>
  forgeList({ issuer, thisUpdate, nextUpdate, ...fields });
const entry = ({ certificate }: Forged, ...extensions: Extension[]): ForgedEntry => ({
  serialNumber: certificate.serialNumber,
  revocationDate: thisUpdate,
  extensions,
});
const certificateIssuer = (...names: GeneralName[]) =>
  extension(oids.certificateIssuer, encodeSequence(...names.map(encodeGeneralName)), true);

/** Who was asked whether its path holds. */
let validated: string[] = [];

async function ask(lists: Awaited<ReturnType<typeof listOf>>[], question: Partial<StatusQuestion> = {}) {
  validated = [];
  return certificateStatus({
    certificate: leaf.certificate,
    issuer: issuing.certificate,
    evidence: { lists, responses: [], policy: { unknown: "refuse", clockSkew: 0 } },
    candidates: [root.certificate, listKey.certificate, lister.certificate],
    at,
    verifier: nodeSignatureVerifier,
    budget: new PathBudget(defaultPathLimits),
    validateSigner: async (signer, checkStatus) => {
      validated.push(`${signer.subject.relativeNames.flat()[0]?.value} ${checkStatus}`);
    },
    ...question,
  });
}

async function refusedFor(code: string, ...given: Parameters<typeof ask>): Promise<void> {
  const status = await ask(...given);
  assert.ok(status.state === "unknown", status.state);
  assert.equal(status.causes[0]?.code, code);
}

test("a list by another key of the issuer's name, whose own path and status are asked (PKITS 4.4.19)", async () => {
  assert.equal((await ask([await listOf(listKey)])).state, "good");
  assert.deepEqual(validated, ["issuing true"]);
  assert.equal((await ask([await listOf(listKey, { entries: [entry(leaf)] })])).state, "revoked");
});

test("the issuer of the path is not asked about again", async () => {
  assert.equal((await ask([await listOf(issuing)])).state, "good");
  assert.deepEqual(validated, []);
});

test("a signer whose path does not hold signs in vain, and its cause is kept", async () => {
  const cause = new NatalisError("NAT_PATH_EXPIRED", "It is over.", "here");
  const status = await ask([await listOf(listKey)], { validateSigner: () => Promise.reject(cause) });
  assert.ok(status.state === "unknown" && status.presented);
  assert.equal(status.causes[0]?.code, "NAT_CRL_SIGNER");
  assert.equal(status.causes[0]?.cause, cause);
});

test("what ends all work, and what is no refusal, is thrown on", async () => {
  for (const error of [new NatalisError("NAT_PATH_BUDGET", "No more.", ""), new Error("broken")])
    await assert.rejects(ask([await listOf(listKey)], { validateSigner: () => Promise.reject(error) }), error);
  const budget = new PathBudget({ ...defaultPathLimits, signatures: 0 });
  await assert.rejects(ask([await listOf(issuing)], { budget }), { code: "NAT_PATH_BUDGET" });
});

test("each signature that is checked is paid for", async () => {
  const lists = [await listOf(issuing), await listOf(listKey), await listOf(root)];
  const budget = (signatures: number) => new PathBudget({ ...defaultPathLimits, signatures });
  assert.equal((await ask(lists, { budget: budget(2) })).state, "good");
  await assert.rejects(ask(lists, { budget: budget(1) }), { code: "NAT_PATH_BUDGET" });
});

test("so is the search for who signed: lists, candidates, and those of the list's name", async () => {
  const noUse = extension(oids.keyUsage, encodeKeyUsage(["digitalSignature"]));
  const strangers = await Promise.all(Array.from({ length: 9 }, () => forge("issuing", undefined, noUse)));
  const question = { candidates: strangers.map(({ certificate }) => certificate) };
  const lists = [await listOf(issuing), await listOf(issuing)];
  const budget = (paid: Partial<PathLimits>) => new PathBudget({ ...defaultPathLimits, ...paid });
  const enough = { names: lists.length + 2 * 9, paths: 2 * 10 };
  assert.equal((await ask(lists, { ...question, budget: budget(enough) })).state, "good");
  for (const [kind, amount] of Object.entries(enough))
    await assert.rejects(ask(lists, { ...question, budget: budget({ ...enough, [kind]: amount - 1 }) }), {
      code: "NAT_PATH_BUDGET",
      detail: `out of ${kind}`,
    });
});

test("to hash a long list for one key after the other is paid for, but for the first two", async () => {
  const entries = Array.from({ length: 3_000 }, (_, i) => ({
    serialNumber: Uint8Array.of(0x41, 0, i >> 8, i),
    revocationDate: thisUpdate,
  }));
  const list = await listOf({ ...issuing, signer: key() }, { entries });
  const { certificate } = await forge("issuing", root, forSigningLists);
  const candidates = [listKey.certificate, certificate];
  const signatures = 3 + Math.floor(list.tbs.length / 32_768);
  const budget = (limit: number) => new PathBudget({ ...defaultPathLimits, signatures: limit });
  assert.ok(signatures > 4);
  await refusedFor("NAT_CRL_SIGNATURE", [list], { candidates, budget: budget(signatures) });
  await assert.rejects(ask([list], { candidates, budget: budget(signatures - 1) }), { code: "NAT_PATH_BUDGET" });
});

test("nobody of the list's name is given", async () => {
  const { certificate } = await bear({ crlIssuer: [named("lister")] });
  const list = await listOf(lister, { extensions: [issuingPoint({ indirect: true })] });
  await refusedFor("NAT_CRL_ISSUER", [list], { certificate, candidates: [root.certificate] });
});

test("a key identifier that fits nobody's guides nobody: the signature decides", async () => {
  const extensions = [extension(oids.authorityKeyIdentifier, encodeAuthorityKeyIdentifier(new Uint8Array(20)))];
  assert.equal((await ask([await listOf(issuing, { extensions })])).state, "good");
  const cause = new NatalisError("NAT_PATH_EXPIRED", "It is over.", "here");
  const validateSigner = () => Promise.reject(cause);
  await refusedFor("NAT_CRL_SIGNER", [await listOf(listKey, { extensions })], { validateSigner });
  await refusedFor("NAT_CRL_ISSUER", [await listOf({ ...issuing, signer: key() }, { extensions })]);
});

test("a malformed key identifier of a stranger hinders nobody", async () => {
  const odd = await forge("issuing", root, extension(oids.subjectKeyIdentifier, encodeOctetString(new Uint8Array(0))));
  const question = { candidates: [odd.certificate, listKey.certificate] };
  assert.equal((await ask([await listOf(listKey)], question)).state, "good");
});

test("a certificate does not vouch for itself", async () => {
  const itself = { certificate: listKey.certificate, issuer: root.certificate };
  const own = await forgeCertificate({ name: "root", issuer: root, signer: key(), extensions: [forSigningLists] });
  await refusedFor("NAT_CRL_ISSUER", [await listOf(own)], {
    ...itself,
    certificate: own.certificate,
    candidates: [own.certificate],
  });
});

test("but where its issuer's distribution point has its own name, that is its issuer's will (PKITS 4.14.30)", async () => {
  const fullName = [named("lister", "all")];
  const points = distributionPoints({ fullName, crlIssuer: [named("lister")] });
  const delegate = await forge("lister", issuing, forSigningLists, points);
  const list = await listOf(delegate, { extensions: [issuingPoint({ fullName, indirect: true })] });
  const question = { certificate: delegate.certificate, candidates: [delegate.certificate] };
  assert.equal((await ask([list], question)).state, "good");
  assert.deepEqual(validated, []);
});

test("nor does another certificate of that name and key: what the key may sign, only a path can say", async () => {
  const points = distributionPoints({ crlIssuer: [named("lister")] });
  const delegate = await forge("lister", issuing, points, extension(oids.keyUsage, encodeKeyUsage(["keyAgreement"])));
  const twin = await forgeCertificate({ name: "lister", signer: delegate.signer, extensions: [forSigningLists] });
  const list = await listOf(twin, { extensions: [issuingPoint({ indirect: true })] });
  await refusedFor("NAT_CRL_KEY_USAGE", [list], {
    certificate: delegate.certificate,
    candidates: [delegate.certificate, twin.certificate],
  });
});

const full = [named("lister", "CRL 1")];
const relative: ForgedPoint = { relativeName: nameOf("CRL 1").subarray(4) };
const by: ForgedPoint = { crlIssuer: [named("someone"), named("lister")] };

interface Indirect {
  readonly title: string;
  readonly place: ForgedPoint;
  readonly point?: Parameters<typeof issuingPoint>[0];
  readonly code?: string;
}

const indirect: readonly Indirect[] = [
  { title: "both by full name", place: { fullName: full, ...by }, point: { fullName: full, indirect: true } },
  { title: "both by relative name", place: { ...relative, ...by }, point: { ...relative, indirect: true } },
  { title: "relative in the certificate", place: { ...relative, ...by }, point: { fullName: full, indirect: true } },
  { title: "relative in the list", place: { fullName: full, ...by }, point: { ...relative, indirect: true } },
  { title: "no name in the list", place: { fullName: full, ...by }, point: { indirect: true } },
  { title: "the CRL issuer's name alone", place: by, point: { fullName: [named("lister")], indirect: true } },
  {
    title: "another name",
    place: { fullName: full, ...by },
    point: { fullName: [named("x")], indirect: true },
    code: "NAT_CRL_SCOPE",
  },
  {
    title: "not the CRL issuer's name alone",
    place: by,
    point: { fullName: full, indirect: true },
    code: "NAT_CRL_SCOPE",
  },
  {
    title: "the list is not indirect",
    place: { fullName: full, ...by },
    point: { fullName: full },
    code: "NAT_CRL_SCOPE",
  },
  { title: "the list has no scope of its own", place: { fullName: full, ...by }, code: "NAT_CRL_SCOPE" },
  {
    title: "another CRL issuer",
    place: { fullName: full, crlIssuer: [named("someone")] },
    point: { indirect: true },
    code: "NAT_STATUS_ABSENT",
  },
  {
    title: "no CRL issuer",
    place: { fullName: full },
    point: { fullName: full, indirect: true },
    code: "NAT_STATUS_ABSENT",
  },
];

for (const { title, place, point, code } of indirect)
  test(`indirect, ${title}: ${code ?? "good"}`, async () => {
    const { certificate } = await bear(place);
    const list = await listOf(lister, { extensions: point === undefined ? [] : [issuingPoint(point)] });
    const status = await ask([list], { certificate });
    assert.equal(status.state === "unknown" ? status.causes[0]?.code : status.state, code ?? "good");
  });

test("entries of an indirect list are of the issuer that they name, or that was named last", async () => {
  const delegated = await bear({ fullName: full, ...by });
  const extensions = [issuingPoint({ fullName: full, indirect: true })];
  const state = async (...entries: ForgedEntry[]) =>
    (await ask([await listOf(lister, { extensions, entries })], { certificate: delegated.certificate })).state;
  const [other, own] = [
    certificateIssuer(named("other")),
    certificateIssuer({ kind: "dns", value: "a" }, named("issuing")),
  ];
  assert.equal(await state(entry(delegated, own)), "revoked");
  assert.equal(await state(entry(lister, own), entry(delegated)), "revoked");
  assert.equal(await state(entry(delegated)), "good", "of the list's own issuer");
  assert.equal(await state(entry(delegated, other)), "good");
  assert.equal(await state(entry(lister, own), entry(root, other), entry(delegated)), "good");
});

test("an issuer's own list may be indirect too (PKITS 4.14.22)", async () => {
  const extensions = [issuingPoint({ indirect: true })];
  assert.equal((await ask([await listOf(issuing, { extensions })])).state, "good");
  const entries = [entry(root, certificateIssuer(named("other"))), entry(leaf)];
  assert.equal((await ask([await listOf(issuing, { extensions, entries })])).state, "good");
  assert.equal((await ask([await listOf(issuing, { extensions, entries: entries.toReversed() })])).state, "revoked");
});

const [compromise, others] = [revocationReasons.slice(0, 2), revocationReasons.slice(2)];
const reasonsList = (reasons: readonly RevocationReason[], fields: Partial<ForgedListFields> = {}) =>
  listOf(issuing, { extensions: [issuingPoint({ reasons })], ...fields });

test("lists for some reasons say good only where they are for all of them", async () => {
  const [first, second] = [await reasonsList(compromise), await reasonsList(others)];
  assert.equal((await ask([first, second])).state, "good");
  await refusedFor("NAT_CRL_REASONS", [first]);
  await refusedFor("NAT_CRL_REASONS", [first, first]);
  await refusedFor("NAT_CRL_REASONS", [first, await reasonsList(others.slice(1))]);
  await refusedFor("NAT_CRL_NOT_CURRENT", [first, await reasonsList(others, { nextUpdate: thisUpdate })]);
});

test("they say it as of the oldest that is needed, and one that is not needed changes nothing", async () => {
  const old = { thisUpdate: new Date("2026-11-23T00:00:00Z") };
  const status = await ask([await reasonsList(compromise, old), await reasonsList(others)]);
  assert.deepEqual(status.state === "good" && status.asOf, old.thisUpdate);
  const whole = await ask([await reasonsList(compromise, old), await listOf(issuing)]);
  assert.deepEqual(whole.state === "good" && whole.asOf, thisUpdate);
});

test("a list for some reasons revokes for any", async () => {
  assert.equal((await ask([await reasonsList(compromise, { entries: [entry(leaf)] })])).state, "revoked");
});

test("points for some reasons narrow a list that is for more (6.3.3 d)", async () => {
  const lists = [await listOf(issuing, { extensions: [issuingPoint({ fullName: full, reasons: others })] })];
  const { certificate } = await bear({ fullName: full, reasons: compromise });
  await refusedFor("NAT_CRL_REASONS", lists, { certificate });
  const split = await bear({ fullName: full, reasons: compromise }, { fullName: full, reasons: others });
  const whole = [await listOf(issuing, { extensions: [issuingPoint({ fullName: full })] })];
  assert.equal((await ask(whole, { certificate: split.certificate })).state, "good");
});
