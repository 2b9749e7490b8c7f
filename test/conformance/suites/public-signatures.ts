// SPDX-License-Identifier: Apache-2.0
// Every certificate and list of the public vectors (NIST's PKITS, genuine TPM makers and attestation chains, RFC 9881,
// open-dice): whether its signature verifies under the first key of its issuer's name that verifies it.

import {
  type Certificate,
  type CertificateList,
  parseCertificate,
  parseCertificateList,
  parsePem,
  signatureSchemeFor,
} from "natalis/formats";
import { decodeUtf8, isNatalisError, toHex } from "natalis/kernel";
import type { ConformanceSuite, SuiteCase, SuitePorts, VectorFiles } from "./suite.ts";

/** What is not "verified", by file: these and no others. */
const exceptions: Readonly<Record<string, string>> = {
  "pkits/certs/InvalidEESignatureTest3EE.crt": "wrong",
  // DSA is not verified here.
  "pkits/certs/DSAParametersInheritedCACert.crt": "NAT_ALGORITHM_UNKNOWN",
  "pkits/certs/ValidDSAParameterInheritanceTest5EE.crt": "NAT_ALGORITHM_UNKNOWN",
  "pkits/certs/ValidDSASignaturesTest4EE.crt": "NAT_ALGORITHM_UNKNOWN",
  "pkits/crls/DSACACRL.crl": "NAT_ALGORITHM_UNKNOWN",
  "pkits/crls/DSAParametersInheritedCACRL.crl": "NAT_ALGORITHM_UNKNOWN",
  // It names another issuer than the one that signed it.
  "attestation/android-key/algorithm_EC_SecurityLevel_StrongBox/cert0.pem": "another kind of key",
};

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

type Signed = Certificate | CertificateList;

/** Those whose issuer is not among them, and those that are refused at parse, are other suites' business. */
export const publicSignatures: ConformanceSuite = {
  name: "signatures of public certificates",
  sources: folders.map((folder) => ({ folder, pattern: /\.(?:crt|crl|pem|der)$/ })),
  count: 621,
  cases: (files: VectorFiles) => {
    const signed = new Map([...files].flatMap(([name, bytes]) => readSigned(name, bytes)));
    const certificates = [...signed.values()].filter((one): one is Certificate => "subject" in one);
    const issuers = Map.groupBy(certificates, ({ subject }) => toHex(subject.der));
    return [...signed].flatMap(([name, one]) => {
      const keys = (issuers.get(toHex(one.issuer.der)) ?? []).map(({ publicKey }) => publicKey);
      return keys.length === 0 ? [] : [caseOf(name, one, keys)];
    });
  },
};

function readSigned(name: string, bytes: Uint8Array): [string, Signed][] {
  try {
    const [der] = bytes[0] === 0x30 ? [bytes] : parsePem(decodeUtf8(bytes), "CERTIFICATE");
    if (der === undefined) return [];
    return [[name, name.endsWith(".crl") ? parseCertificateList(der) : parseCertificate(der)]];
  } catch (error) {
    if (isNatalisError(error)) return [];
    throw error;
  }
}

function caseOf(name: string, signed: Signed, keys: readonly Uint8Array[]): SuiteCase {
  const topic = topicOf(signed, keys);
  return { name, topic, expected: exceptions[name] ?? "verified", run: (ports) => verdict(signed, keys, ports) };
}

/** The scheme under the first key that it can be under. */
function topicOf({ signatureIdentifier }: Signed, keys: readonly Uint8Array[]): string {
  for (const key of keys)
    try {
      const scheme = signatureSchemeFor(signatureIdentifier, key);
      if (scheme !== undefined) return scheme.name;
    } catch (error) {
      if (!isNatalisError(error)) throw error;
    }
  return "no scheme of ours";
}

/** The first verdict that is "verified", or else the last one. */
async function verdict(signed: Signed, keys: readonly Uint8Array[], ports: SuitePorts): Promise<string> {
  let told = "no key";
  for (const key of keys) {
    told = await verdictUnder(key, signed, ports);
    if (told === "verified") break;
  }
  return told;
}

async function verdictUnder(
  publicKey: Uint8Array,
  { signatureIdentifier, tbs, signature }: Signed,
  { verifier }: SuitePorts,
): Promise<string> {
  try {
    const scheme = signatureSchemeFor(signatureIdentifier, publicKey);
    if (scheme === undefined) return "another kind of key";
    return (await verifier.verify(scheme, publicKey, tbs, signature)) ? "verified" : "wrong";
  } catch (error) {
    if (isNatalisError(error)) return error.code;
    throw error;
  }
}
