// SPDX-License-Identifier: Apache-2.0
// The certificates of TPM makers: strict DER refuses some, the tolerance that has their name takes all, and a
// self-signed one verifies under its own key then.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeSignatureVerifier } from "@natalis/node";
import {
  type Certificate,
  findExtension,
  oids,
  parseCertificate,
  parseKeyUsage,
  parsePem,
  sameName,
  signatureSchemeFor,
  tpmCertificateTolerance,
} from "natalis/formats";
import { decodeUtf8, isNatalisError } from "natalis/kernel";
import { absent, readVector, vectorFiles } from "./vectors.ts";

const folder = "attestation/tpm/roots";
const skip = absent(folder);
const certificates = vectorFiles(folder, /\.pem$/).map((file) => {
  const [der] = parsePem(decodeUtf8(readVector(file)), "CERTIFICATE");
  assert.ok(der !== undefined, file);
  return { file, der };
});

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    assert.ok(isNatalisError(error));
    return error.code;
  }
}

function usageOf(certificate: Certificate): void {
  const extension = findExtension(certificate, oids.keyUsage);
  if (extension !== undefined) parseKeyUsage(extension.value);
}

test("all of them are read with the tolerance", { skip }, () => {
  assert.equal(certificates.length, 51);
  for (const { der, file } of certificates) {
    assert.equal(
      codeOf(() => usageOf(parseCertificate(der, tpmCertificateTolerance))),
      undefined,
      file,
    );
    const certificate = parseCertificate(der, tpmCertificateTolerance);
    if (!sameName(certificate.issuer, certificate.subject)) continue;
    const scheme = signatureSchemeFor(certificate.signatureIdentifier, certificate.publicKey);
    assert.ok(scheme !== undefined, file);
    const { publicKey, tbs, signature } = certificate;
    assert.equal(nodeSignatureVerifier.verify(scheme, publicKey, tbs, signature), true, file);
  }
});

test("without it seven are refused, and the others are read", { skip }, () => {
  const codes = certificates.map(({ der }) => codeOf(() => usageOf(parseCertificate(der))));
  assert.equal(codes.filter((code) => code === "NAT_DER_SET_ORDER").length, 7);
  assert.equal(codes.filter((code) => code === undefined).length, 44);
});
