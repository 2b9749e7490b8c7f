// SPDX-License-Identifier: Apache-2.0
// The certificates of TPM makers as roots of evidence. None of their TPMs is here, so each is asked about an endorsement
// certificate that names it as its issuer and is signed by another key: a root that counts refuses it for its signature
// alone, which is looked at last.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  type Certificate,
  parseCertificate,
  parsePem,
  sameName,
  tpmCertificateTolerance,
} from "natalis/formats";
import { decodeUtf8, isNatalisError, type Signer } from "natalis/kernel";
import { type EvidenceRoot, verifyEndorsement } from "natalis/protect";
import { forgeTpm } from "natalis/testing";
import { absent, readVector, vectorFiles } from "./vectors.ts";

const folder = "attestation/tpm/roots";
const at = new Date("2026-11-24T12:00:00Z");
const format = "tpm2-certify";
const newKey = () => generateKey(algorithms.ES256).signer;

const files = vectorFiles(folder, /\.pem$/);
const roots: readonly EvidenceRoot[] = files.map((name) => ({
  name,
  certificate: read(name),
  formats: [format],
  cap: 3,
}));

function read(file: string): Certificate {
  const [der = new Uint8Array(0)] = parsePem(decodeUtf8(readVector(file)), "CERTIFICATE");
  return parseCertificate(der, tpmCertificateTolerance);
}

/** Why no endorsement certificate can end in it on that day; all others count. */
const others: Readonly<Record<string, string>> = {
  [`${folder}/IFX1.pem`]: "NAT_PATH_EXPIRED",
  [`${folder}/IFX_RSA_01I.pem`]: "NAT_PATH_EXPIRED",
};

async function refusalOf(issuer: { certificate: Certificate; signer: Signer }, by: readonly EvidenceRoot[]) {
  const { claim } = await forgeTpm({ issuer, endorsement: newKey(), attestation: newKey() });
  const context = { at, roots: by, hash: nodeHash, verifier: nodeSignatureVerifier };
  const refusal: unknown = await verifyEndorsement(claim, format, context).catch((error: unknown) => error);
  assert.ok(isNatalisError(refusal));
  return { code: refusal.code, cause: isNatalisError(refusal.cause) ? refusal.cause.code : undefined };
}

suite("TPM makers' certificates as roots", { skip: absent(folder) }, () => {
  test("all 51 are read", () => assert.equal(roots.length, 51));

  for (const root of roots)
    test(root.name.slice(folder.length + 1), async () => {
      const { code, cause } = await refusalOf({ certificate: root.certificate, signer: newKey() }, [root]);
      assert.equal(code, "NAT_EVIDENCE_CHAIN");
      const isOfOtherKind = cause === "NAT_PATH_ALGORITHM";
      assert.equal(isOfOtherKind ? "NAT_PATH_SIGNATURE" : cause, others[root.name] ?? "NAT_PATH_SIGNATURE");
    });

  test("without its own root, all others are none", async () => {
    for (const root of roots) {
      // Some makers have several keys of one name.
      const by = roots.filter(({ certificate }) => !sameName(certificate.subject, root.certificate.subject));
      assert.equal(
        (await refusalOf({ certificate: root.certificate, signer: newKey() }, by)).code,
        "NAT_EVIDENCE_ROOT",
      );
    }
  });
});
