// SPDX-License-Identifier: Apache-2.0
// The certificates and revocation lists of NIST PKITS: all of them are read, with the extensions that we know, but for
// those in the table, which break a rule that the parser enforces.

import {
  assembleSigned,
  type Extension,
  oids,
  parseAuthorityKeyIdentifier,
  parseBasicConstraints,
  parseCertificate,
  parseCertificateList,
  parseCertificatePolicies,
  parseCrlDistributionPoints,
  parseExtendedKeyUsage,
  parseInhibitAnyPolicy,
  parseIssuingDistributionPoint,
  parseKeyUsage,
  parseNameConstraints,
  parsePolicyConstraints,
  parsePolicyMappings,
  parseSubjectAltName,
  parseSubjectKeyIdentifier,
} from "natalis/formats";
import { equalBytes, isNatalisError } from "natalis/kernel";
import type { ConformanceSuite, SuiteCase, VectorFiles } from "./suite.ts";

/** What is refused, by which error, and why. The suite means all three certificates and the list to be invalid. */
const refused = new Map([
  ["pkits/certs/BadSignedCACert.crt", { code: "NAT_DER_BIT_STRING", why: "the altered signature has unused bits" }],
  [
    "pkits/certs/InvalidDSASignatureTest6EE.crt",
    { code: "NAT_DER_BIT_STRING", why: "the altered signature has unused bits" },
  ],
  ["pkits/crls/BadCRLSignatureCACRL.crl", { code: "NAT_DER_BIT_STRING", why: "the altered signature has unused bits" }],
  ["pkits/certs/InvalidNegativeSerialNumberTest15EE.crt", { code: "NAT_X509_SERIAL", why: "the serial number is -1" }],
]);

/** Read as they are; their policy mappings are not. Paths with them are to be refused (4.10.7, 4.10.8). */
for (const name of ["MappingFromanyPolicyCACert", "MappingToanyPolicyCACert"])
  refused.set(`pkits/certs/${name}.crt`, { code: "NAT_X509_EXTENSION", why: "a mapping from or to anyPolicy" });

/** The codec of each extension that we know, for certificates and lists. */
const codecs: Readonly<Record<string, (value: Uint8Array) => unknown>> = {
  [oids.authorityKeyIdentifier]: parseAuthorityKeyIdentifier,
  [oids.basicConstraints]: parseBasicConstraints,
  [oids.certificatePolicies]: parseCertificatePolicies,
  [oids.crlDistributionPoints]: parseCrlDistributionPoints,
  [oids.extendedKeyUsage]: parseExtendedKeyUsage,
  [oids.inhibitAnyPolicy]: parseInhibitAnyPolicy,
  [oids.issuingDistributionPoint]: parseIssuingDistributionPoint,
  [oids.keyUsage]: parseKeyUsage,
  [oids.nameConstraints]: parseNameConstraints,
  [oids.policyConstraints]: parsePolicyConstraints,
  [oids.policyMappings]: parsePolicyMappings,
  [oids.subjectAltName]: parseSubjectAltName,
  [oids.subjectKeyIdentifier]: parseSubjectKeyIdentifier,
};

interface Read {
  readonly tbs: Uint8Array;
  readonly signatureIdentifier: Uint8Array;
  readonly signature: Uint8Array;
  readonly extensions: readonly Extension[];
}

/** 405 certificates and 173 lists. */
export const pkitsPapers: ConformanceSuite = {
  name: "PKITS certificates and lists",
  sources: [
    { folder: "pkits/certs", pattern: /\.crt$/ },
    { folder: "pkits/crls", pattern: /\.crl$/ },
  ],
  count: 578,
  cases: (files: VectorFiles) => [...files].map(([name, der]) => caseOf(name, der)),
};

/** For who reads these files with another judge: whether they are to be refused. */
export function isRefusedAtParse(name: string): boolean {
  return refused.has(name) && refused.get(name)?.code !== "NAT_X509_EXTENSION";
}

function caseOf(name: string, der: Uint8Array): SuiteCase {
  const [topic, parse] = name.endsWith(".crl")
    ? (["lists", (bytes: Uint8Array) => parseCertificateList(bytes)] as const)
    : (["certificates", (bytes: Uint8Array) => parseCertificate(bytes)] as const);
  return { name, topic, expected: refused.get(name)?.code ?? "read", run: () => answer(der, parse) };
}

function answer(der: Uint8Array, parse: (der: Uint8Array) => Read): string {
  try {
    const { tbs, signatureIdentifier, signature, extensions } = parse(der);
    for (const { oid, value } of extensions) codecs[oid]?.(value);
    return equalBytes(assembleSigned(tbs, signatureIdentifier, signature), der) ? "read" : "put together otherwise";
  } catch (error) {
    if (isNatalisError(error)) return error.code;
    throw error;
  }
}
