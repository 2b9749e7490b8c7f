// SPDX-License-Identifier: Apache-2.0
// Responses of ours under OpenSSL's client, which agrees that they are right, and those where it and ours differ
// (docs/divergences.md). What its responder writes is read in test/interop/ocsp.test.ts.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { generateKey, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  encodeExtendedKeyUsage,
  encodeNull,
  encodePem,
  encodeTagLengthValue,
  oids,
  parseOcspResponse,
  tags,
} from "../../formats/index.ts";
import { encodeUtf8, isNatalisError } from "../../kernel/index.ts";
import { authorityExtensions, extension, forgeCertificate } from "../../testing/certificate-forge.ts";
import { type ForgedResponseFields, forgeResponseBytes } from "../../testing/status-forge.ts";
import { certificateStatus, defaultPathLimits, PathBudget } from "../index.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-ocsp-"));
after(() => rmSync(folder, { recursive: true }));
const put = (name: string, content: Uint8Array | string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const key = () => generateKey(algorithms.ES256).signer;
const root = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const leaf = await forgeCertificate({ name: "leaf", issuer: root, signer: key() });
const responder = await forgeCertificate({
  name: "responder",
  issuer: root,
  signer: key(),
  extensions: [
    extension(oids.extendedKeyUsage, encodeExtendedKeyUsage([oids.ocspSigning])),
    extension(oids.ocspNoCheck, encodeNull()),
  ],
});

async function ours(der: Uint8Array): Promise<string> {
  try {
    const status = await certificateStatus({
      certificate: leaf.certificate,
      issuer: root.certificate,
      evidence: { lists: [], responses: [parseOcspResponse(der)], policy: { unknown: "refuse", clockSkew: 300 } },
      candidates: [],
      at: now,
      verifier: nodeSignatureVerifier,
      budget: new PathBudget(defaultPathLimits),
      validateSigner: () => Promise.resolve(),
    });
    return status.state === "unknown" ? (status.causes[0]?.code ?? "") : status.state;
  } catch (error) {
    if (isNatalisError(error)) return error.code;
    throw error;
  }
}

function theirs(der: Uint8Array): string {
  const about = ["-issuer", put("root.der", root.certificate.der), "-cert", put("leaf.der", leaf.certificate.der)];
  const anchors = ["-CAfile", put("anchor.pem", encodePem("CERTIFICATE", root.certificate.der))];
  const response = ["-respin", put("response.der", der), "-no_nonce"];
  const { status, stdout } = spawnSync("openssl", ["ocsp", ...about, ...anchors, ...response], { encoding: "utf8" });
  return status === 0 ? (/leaf\.der: (\w+)/.exec(stdout)?.[1] ?? "") : "refused";
}

const answer = { about: leaf, issuer: root, thisUpdate: now, nextUpdate: later(3600) };
const usual: ForgedResponseFields = { responder: root, producedAt: now, answers: [answer] };
/** With a fraction of a second, which RFC 5280 4.1.2.5.2 has no room for. */
const fraction = encodeTagLengthValue(
  tags.generalizedTime,
  encodeUtf8(`${now.toISOString().slice(0, 19).replace(/[-:T]/g, "")}.5Z`),
);
const ancient = { thisUpdate: later(-400 * 86_400) };

const cases: readonly [title: string, fields: Partial<ForgedResponseFields>, verdict: string, openssl?: string][] = [
  ["by the issuer", {}, "good"],
  ["by the issuer, by name", { named: "by name" }, "good"],
  ["by a delegate", { responder, certificates: [responder.certificate] }, "good"],
  ["revoked", { answers: [{ ...answer, status: { revokedAt: now, reason: 1 } }] }, "revoked"],
  ["not known", { answers: [{ ...answer, status: "unknown" }] }, "NAT_OCSP_UNKNOWN", "unknown"],
  ["signed by another key", { responder: { ...root, signer: key() } }, "NAT_OCSP_SIGNATURE", "refused"],
  ["a critical extension", { extensions: [extension("1.2.3", encodeNull(), true)] }, "NAT_OCSP_EXTENSION", "good"],
  ["produced at a fraction of a second", { producedAt: fraction }, "NAT_DER_TIME", "good"],
  [
    "of last year, without next update",
    { answers: [{ ...answer, ...ancient, nextUpdate: undefined }] },
    "NAT_OCSP_NOT_CURRENT",
    "good",
  ],
];

for (const [title, fields, verdict, openssl = verdict] of cases)
  test(`${title}: ${verdict}${openssl === verdict ? "" : `, to OpenSSL ${openssl}`}`, async () => {
    const der = await forgeResponseBytes({ ...usual, ...fields });
    assert.deepEqual([await ours(der), theirs(der)], [verdict, openssl]);
  });
