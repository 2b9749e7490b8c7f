// SPDX-License-Identifier: Apache-2.0
// OpenSSL's judgement of the same lists (with -extended_crl and -use_deltas): complete, partitioned, for some reasons,
// indirect and delta. Where it and ours differ, the table says so, and docs/divergences.md why.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  type CertificateList,
  encodeGeneralName,
  encodeKeyUsage,
  encodeName,
  encodePem,
  encodeSequence,
  type Extension,
  type GeneralName,
  oids,
  revocationReasons,
} from "../../formats/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../../testing/certificate-forge.ts";
import {
  directoryName,
  distributionPoints,
  type ForgedListFields,
  type ForgedPoint,
  forgeList,
  issuingPoint,
} from "../../testing/status-forge.ts";
import { defaultPathLimits, PathBudget, pathStatus, validatePath } from "../index.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-crl-"));
after(() => rmSync(folder, { recursive: true }));

const at = new Date("2026-11-24T12:00:00Z");
const hour = (n: number) => new Date(Date.UTC(2026, 10, 24, n));
const key = () => generateKey(algorithms.ES256).signer;
const nameOf = (...values: string[]) => encodeName(values.map((value) => ({ oid: oids.commonName, value })));
const named = (...values: string[]): GeneralName => directoryName(nameOf(...values));
const forge = (name: string, issuer: Forged | undefined, ...extensions: Extension[]) =>
  forgeCertificate({ name, issuer, signer: key(), extensions });

const root = await forge("root", undefined, ...authorityExtensions());
const lister = await forge("lister", root, extension(oids.keyUsage, encodeKeyUsage(["cRLSign"]), true));
const leaf = (...points: ForgedPoint[]) =>
  forge("leaf", root, ...(points.length > 0 ? [distributionPoints(...points)] : []));

const listOf = (fields: Partial<ForgedListFields> = {}) =>
  forgeList({ issuer: root, thisUpdate: hour(0), nextUpdate: hour(24), ...fields });
const entry = ({ certificate }: Forged, reason?: number, ...extensions: Extension[]) => ({
  serialNumber: certificate.serialNumber,
  revocationDate: hour(0),
  ...(reason === undefined ? {} : { reason }),
  extensions,
});
const issuerOf = (name: string) =>
  extension(oids.certificateIssuer, encodeSequence(encodeGeneralName(named(name))), true);

async function ours(certificate: Forged, lists: readonly CertificateList[]): Promise<string> {
  const anchors = [root.certificate];
  const candidates = [lister.certificate];
  const findPath = async (signer: Forged["certificate"]) =>
    (await validatePath({ certificate: signer, intermediates: [], anchors, at, verifier: nodeSignatureVerifier }))
      .certificates;
  const [status] = await pathStatus({
    certificates: [certificate.certificate, root.certificate],
    evidence: { lists, responses: [], policy: { unknown: "accept", clockSkew: 0 } },
    candidates,
    at,
    verifier: nodeSignatureVerifier,
    budget: new PathBudget(defaultPathLimits),
    findPath,
  });
  return status?.state ?? "";
}

function theirs(certificate: Forged, lists: readonly CertificateList[]): string {
  const put = (name: string, label: string, ders: readonly Uint8Array[]) => {
    writeFileSync(join(folder, name), ders.map((der) => encodePem(label, der)).join(""));
    return join(folder, name);
  };
  const words = ["verify", "-crl_check", "-extended_crl", "-use_deltas", "-attime", `${at.getTime() / 1000}`];
  const files = [
    "-CAfile",
    put("root.pem", "CERTIFICATE", [root.certificate.der]),
    "-untrusted",
    put("lister.pem", "CERTIFICATE", [lister.certificate.der]),
    "-CRLfile",
    put(
      "lists.pem",
      "X509 CRL",
      lists.map(({ der }) => der),
    ),
    put("leaf.pem", "CERTIFICATE", [certificate.certificate.der]),
  ];
  const { status, stdout, stderr } = spawnSync("openssl", [...words, ...files], { encoding: "utf8" });
  if (status === 0) return "good";
  return `${stdout}${stderr}`.includes("certificate revoked") ? "revoked" : "unknown";
}

const full: GeneralName[] = [named("root", "CRL1")];
const relative = nameOf("CRL1").subarray(4);
const uri: GeneralName[] = [{ kind: "uri", value: "http://ca.example/a.crl" }];
const [compromise, others] = [revocationReasons.slice(0, 2), revocationReasons.slice(2)];
const plain = await leaf();
const pointed = await leaf({ fullName: full });
const relatively = await leaf({ relativeName: relative });
const byUri = await leaf({ fullName: uri });
const delegated = await leaf({ fullName: full, crlIssuer: [named("lister")] });
const point = (fields: Parameters<typeof issuingPoint>[0]) => ({ extensions: [issuingPoint(fields)] });
const scoped = point({ fullName: full });
const indirect = point({ fullName: full, indirect: true });
/** OpenSSL looks for deltas only where a list says that there are some (5.2.6). */
const base = { number: 5, extensions: [extension(oids.freshestCrl, distributionPoints({ fullName: uri }).value)] };
const delta = { number: 7, base: 5, thisUpdate: hour(6) };

const cases: readonly [
  title: string,
  about: Forged,
  lists: readonly Partial<ForgedListFields>[],
  verdict: string,
  openssl?: string,
][] = [
  ["complete", plain, [{}], "good"],
  ["complete, revoked", plain, [{ entries: [entry(plain, 1)] }], "revoked"],
  ["complete, over", plain, [{ nextUpdate: hour(1) }], "unknown"],
  ["partitioned, by name", pointed, [scoped], "good"],
  ["partitioned, relative in the certificate", relatively, [scoped], "good"],
  ["partitioned, relative in the list", pointed, [point({ relativeName: relative })], "good"],
  ["partitioned, by URI", byUri, [point({ fullName: uri })], "good"],
  ["of another partition", byUri, [scoped], "unknown"],
  ["of a partition, the certificate of none", plain, [scoped], "unknown"],
  ["for authorities", plain, [point({ only: "authorities" })], "unknown"],
  ["for devices", plain, [point({ only: "users" })], "good"],
  ["for attribute certificates", plain, [point({ only: "attributes" })], "unknown"],
  ["for some reasons", plain, [point({ reasons: compromise })], "unknown"],
  ["for all reasons in two lists", plain, [point({ reasons: compromise }), point({ reasons: others })], "good"],
  [
    "the same, revoked in one",
    plain,
    [point({ reasons: compromise }), { ...point({ reasons: others }), entries: [entry(plain, 4)] }],
    "revoked",
  ],
  ["indirect", delegated, [{ issuer: lister, ...indirect }], "good"],
  [
    "indirect, revoked",
    delegated,
    [{ issuer: lister, ...indirect, entries: [entry(delegated, 1, issuerOf("root"))] }],
    "revoked",
  ],
  [
    "indirect, the entry of another issuer",
    delegated,
    [{ issuer: lister, ...indirect, entries: [entry(delegated, 1)] }],
    "good",
  ],
  ["not indirect, of the same issuer", delegated, [{ issuer: lister, ...scoped }], "unknown"],
  ["a delta that changes nothing", plain, [base, delta], "good"],
  ["a delta that revokes", plain, [base, { ...delta, entries: [entry(plain, 1)] }], "revoked"],
  [
    "a delta that lifts a hold",
    plain,
    [
      { ...base, entries: [entry(plain, 6)] },
      { ...delta, entries: [entry(plain, 8)] },
    ],
    "good",
  ],
  [
    "a delta to a later list does not",
    plain,
    [
      { ...base, entries: [entry(plain, 6)] },
      { ...delta, base: 6, entries: [entry(plain, 8)] },
    ],
    "revoked",
  ],
  ["a delta alone", plain, [delta], "unknown"],
  ["version 1", plain, [{ version: 1 }], "good"],
  ["no number", plain, [{ without: [oids.crlNumber] }], "unknown", "good"],
  ["another certificate named twice", plain, [{ entries: [entry(lister), entry(lister)] }], "unknown", "good"],
  [
    "a delta that lifts what is final",
    plain,
    [
      { ...base, entries: [entry(plain, 1)] },
      { ...delta, entries: [entry(plain, 8)] },
    ],
    "revoked",
    "good",
  ],
];

for (const [title, about, fields, verdict, openssl = verdict] of cases)
  test(`${title}: ${verdict}${openssl === verdict ? "" : `, to OpenSSL ${openssl}`}`, async () => {
    const lists = await Promise.all(fields.map(listOf));
    assert.deepEqual([await ours(about, lists), theirs(about, lists)], [verdict, openssl]);
  });
