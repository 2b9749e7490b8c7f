// SPDX-License-Identifier: Apache-2.0
// Every certificate and list of the public vectors whose issuer is among them too (NIST's PKITS, genuine TPM makers and
// attestation chains, RFC 9881, open-dice): its signature verifies, but for those named here with the reason.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeSignatureVerifier } from "@natalis/node";
import {
  type Certificate,
  type CertificateList,
  parseCertificate,
  parseCertificateList,
  parsePem,
  signatureSchemeFor,
} from "natalis/formats";
import { decodeUtf8, isNatalisError, toHex } from "natalis/kernel";
import { absent, readVector, vectorFiles } from "./vectors.ts";

const folders = [
  "pkits/certs",
  "pkits/crls",
  "attestation/tpm/roots",
  "attestation/dice",
  "pqc/lamps-examples",
  ...["EC", "RSA"].flatMap((kind) =>
    ["StrongBox", "TEE"].map((level) => `attestation/android-key/algorithm_${kind}_SecurityLevel_${level}`),
  ),
];
const skip = folders.map(absent).find((reason) => reason !== false) ?? false;

/** What is not "verified", by file: these and no others. */
const exceptions: Readonly<Record<string, string>> = {
  "pkits/certs/InvalidEESignatureTest3EE.crt": "wrong",
  // DSA is not verified here.
  "pkits/certs/DSAParametersInheritedCACert.crt": "NAT_ALGORITHM_UNKNOWN",
  "pkits/certs/ValidDSAParameterInheritanceTest5EE.crt": "NAT_ALGORITHM_UNKNOWN",
  "pkits/certs/ValidDSASignaturesTest4EE.crt": "NAT_ALGORITHM_UNKNOWN",
  "pkits/crls/DSACACRL.crl": "NAT_ALGORITHM_UNKNOWN",
  "pkits/crls/DSAParametersInheritedCACRL.crl": "NAT_ALGORITHM_UNKNOWN",
  // ecdsa-with-SHA256 with NULL, where RFC 5758 3.2 has no parameters.
  "attestation/android-key/algorithm_EC_SecurityLevel_StrongBox/cert0.pem": "another kind of key",
};

type Signed = Certificate | CertificateList;

/** Parsed, by file; what is refused at parse is other tests' business. */
function signedIn(pattern: RegExp, label: string, parse: (der: Uint8Array) => Signed): Map<string, Signed> {
  const parsed = new Map<string, Signed>();
  for (const file of folders.flatMap((folder) => vectorFiles(folder, pattern)))
    try {
      const bytes = readVector(file);
      const [der] = bytes[0] === 0x30 ? [bytes] : parsePem(decodeUtf8(bytes), label);
      if (der !== undefined) parsed.set(file, parse(der));
    } catch (error) {
      assert.ok(isNatalisError(error), String(error));
    }
  return parsed;
}

/** The first verdict of an issuer of that name which is "verified", or else the last one. */
function verdict(signed: Signed, issuers: readonly Certificate[]): string {
  let told = "no issuer";
  for (const { publicKey } of issuers) {
    told = verdictUnder(publicKey, signed);
    if (told === "verified") break;
  }
  return told;
}

function verdictUnder(publicKey: Uint8Array, { signatureIdentifier, tbs, signature }: Signed): string {
  try {
    const scheme = signatureSchemeFor(signatureIdentifier, publicKey);
    if (scheme === undefined) return "another kind of key";
    return nodeSignatureVerifier.verify(scheme, publicKey, tbs, signature) ? "verified" : "wrong";
  } catch (error) {
    assert.ok(isNatalisError(error), String(error));
    return error.code;
  }
}

test("signatures by issuers that are there", { skip }, () => {
  const certificates = signedIn(/\.(?:crt|pem|der)$/, "CERTIFICATE", parseCertificate) as Map<string, Certificate>;
  const lists = signedIn(/\.crl$/, "X509 CRL", parseCertificateList);
  const issuers = Map.groupBy(certificates.values(), ({ subject }) => toHex(subject.der));
  const seen = new Map<string, number>();
  const otherwise: Record<string, string> = {};
  for (const [file, signed] of [...certificates, ...lists]) {
    const told = verdict(signed, issuers.get(toHex(signed.issuer.der)) ?? []);
    seen.set(told, (seen.get(told) ?? 0) + 1);
    if (told !== "verified" && told !== "no issuer") otherwise[file] = told;
  }
  assert.deepEqual(otherwise, exceptions);
  assert.deepEqual([seen.get("verified"), seen.get("no issuer")], [614, 28]);
});
