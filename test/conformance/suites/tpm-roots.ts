// SPDX-License-Identifier: Apache-2.0
// The certificates of TPM makers: strict DER refuses some, the tolerance that has their name takes all, and a
// self-signed one verifies under its own key then.

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
import type { ConformanceSuite, SuiteCase, SuitePorts, VectorFiles } from "./suite.ts";

/** Nuvoton's: their RDN sets are not in the order of DER. */
const disordered = /\/(?:NTC|NUVO_)\d+\.pem$/;

/** 51 files, each read twice. */
export const tpmRoots: ConformanceSuite = {
  name: "TPM makers' certificates",
  sources: [{ folder: "attestation/tpm/roots", pattern: /\.pem$/ }],
  count: 102,
  cases: (files: VectorFiles) => [...files].flatMap(([name, bytes]) => casesOf(name, bytes)),
};

function casesOf(name: string, bytes: Uint8Array): SuiteCase[] {
  const [der = new Uint8Array(0)] = parsePem(decodeUtf8(bytes), "CERTIFICATE");
  const strict = disordered.test(name) ? "NAT_DER_SET_ORDER" : "read";
  return [
    {
      name: `${name}, strictly`,
      topic: "strict",
      expected: strict,
      run: () => answer(() => read(parseCertificate(der))),
    },
    {
      name: `${name}, with the tolerance`,
      topic: "tolerant",
      expected: "read",
      run: (ports) => answer(() => verified(parseCertificate(der, tpmCertificateTolerance), ports)),
    },
  ];
}

async function answer(run: () => string | Promise<string>): Promise<string> {
  try {
    return await run();
  } catch (error) {
    if (isNatalisError(error)) return error.code;
    throw error;
  }
}

function read(certificate: Certificate): string {
  const usage = findExtension(certificate, oids.keyUsage);
  if (usage !== undefined) parseKeyUsage(usage.value);
  return "read";
}

async function verified(certificate: Certificate, { verifier }: SuitePorts): Promise<string> {
  const { issuer, subject, signatureIdentifier, publicKey, tbs, signature } = certificate;
  if (!sameName(issuer, subject)) return read(certificate);
  const scheme = signatureSchemeFor(signatureIdentifier, publicKey);
  if (scheme === undefined) return "signed by another kind of key";
  return (await verifier.verify(scheme, publicKey, tbs, signature)) ? read(certificate) : "signed by another key";
}
