// SPDX-License-Identifier: Apache-2.0
// Parsers of X.509 and CMS, and what must hold of whatever they accept: DER has one encoding of a value, so the parts
// that a signature is over, put together again, are the bytes that came.

import assert from "node:assert/strict";
import {
  assembleSigned,
  checkDer,
  comparisonKey,
  type Extension,
  oids,
  oidsOf,
  parseAuthorityInfoAccess,
  parseAuthorityKeyIdentifier,
  parseBasicConstraints,
  parseBirthExtension,
  parseCertificate,
  parseCertificateList,
  parseCertificatePolicies,
  parseCertificationRequest,
  parseCertsOnly,
  parseCrlDistributionPoints,
  parseCsrAttributes,
  parseExtendedKeyUsage,
  parseExtensionTemplates,
  parseHardwareModuleName,
  parseInhibitAnyPolicy,
  parseIssuingDistributionPoint,
  parseKeyUsage,
  parseMudUrl,
  parseName,
  parseNameConstraints,
  parseOcspResponse,
  parsePermanentIdentifier,
  parsePolicyConstraints,
  parsePolicyMappings,
  parseRequestTemplate,
  parseSmtpUtf8Mailbox,
  parseStationExtension,
  parseSubjectAltName,
  parseSubjectKeyIdentifier,
  sameName,
  startsWithName,
  tpmCertificateTolerance,
} from "natalis/formats";
import { equalBytes } from "natalis/kernel";
import { arc } from "../corpus/extensions.ts";
import { parsers, type Target } from "../format.ts";

type Parse = (bytes: Uint8Array) => unknown;

/** The parser of each extension that is known. */
const extensionParsers: Readonly<Record<string, Parse>> = {
  [oids.authorityInfoAccess]: parseAuthorityInfoAccess,
  [oids.authorityKeyIdentifier]: parseAuthorityKeyIdentifier,
  [oids.basicConstraints]: parseBasicConstraints,
  [oids.certificatePolicies]: parseCertificatePolicies,
  [oids.crlDistributionPoints]: parseCrlDistributionPoints,
  [oids.extendedKeyUsage]: parseExtendedKeyUsage,
  [oids.freshestCrl]: parseCrlDistributionPoints,
  [oids.inhibitAnyPolicy]: parseInhibitAnyPolicy,
  [oids.issuerAltName]: parseSubjectAltName,
  [oids.issuingDistributionPoint]: parseIssuingDistributionPoint,
  [oids.keyUsage]: parseKeyUsage,
  [oids.mudUrl]: parseMudUrl,
  [oids.nameConstraints]: parseNameConstraints,
  [oids.policyConstraints]: parsePolicyConstraints,
  [oids.policyMappings]: parsePolicyMappings,
  [oids.subjectAltName]: parseSubjectAltName,
  [oids.subjectKeyIdentifier]: parseSubjectKeyIdentifier,
  [oidsOf(arc).birthExtension]: parseBirthExtension,
  [oidsOf(arc).station]: parseStationExtension,
};

/** A bent name equals itself, and another one in both directions or in none (RFC 5280 7.1). */
export function nameTargets(samples: readonly Uint8Array[]): Target[] {
  const compare: Target = {
    name: sameName.name,
    attack: (bytes, sample) => {
      const [one, other] = [parseName(bytes), parseName(samples[sample] as Uint8Array)];
      assert.ok(sameName(one, one) && startsWithName(one, one), "a name that is not itself");
      assert.equal(sameName(one, other), sameName(other, one), "names that are the same in one direction");
      assert.equal(sameName(one, other), comparisonKey(one) === comparisonKey(other), "a key that tells otherwise");
    },
  };
  return [...parsers(parseName), compare];
}

/** Each takes the values of all extensions, its own and others'. */
export const extensionTargets: readonly Target[] = parsers(
  ...new Set(Object.values(extensionParsers)),
  parseHardwareModuleName,
  parsePermanentIdentifier,
  parseSmtpUtf8Mailbox,
  checkDer,
);

export const requestWishTargets: readonly Target[] = parsers(
  parseCsrAttributes,
  parseRequestTemplate,
  parseExtensionTemplates,
);

export const messageTargets: readonly Target[] = parsers(parseCertsOnly);

export const certificateTargets: readonly Target[] = [
  ...parsers(checkDer),
  { name: parseCertificate.name, attack: (bytes) => whole(bytes, parseCertificate(bytes)) },
  { name: "parseCertificate, tolerant", attack: (bytes) => parseCertificate(bytes, tpmCertificateTolerance) },
  { name: "extensions of a certificate", attack: (bytes) => readExtensions(parseCertificate(bytes).extensions) },
];

export const listTargets: readonly Target[] = [
  { name: parseCertificateList.name, attack: (bytes) => whole(bytes, parseCertificateList(bytes)) },
  { name: "extensions of a list", attack: (bytes) => readExtensions(parseCertificateList(bytes).extensions) },
];

export const responseTargets: readonly Target[] = [
  ...parsers(parseOcspResponse),
  {
    name: "certificates of a response",
    attack: (bytes) => parseOcspResponse(bytes).certificates.map((der) => parseCertificate(der)),
  },
];

export const requestTargets: readonly Target[] = [
  { name: parseCertificationRequest.name, attack: readRequest },
  {
    name: "extensions of a request",
    attack: (bytes) => readExtensions(parseCertificationRequest(bytes).requestedExtensions),
  },
];

function readRequest(bytes: Uint8Array): unknown {
  const request = parseCertificationRequest(bytes);
  return whole(bytes, { ...request, tbs: request.info });
}

interface Signed {
  readonly tbs: Uint8Array;
  readonly signatureIdentifier: Uint8Array;
  readonly signature: Uint8Array;
}

function whole<T extends Signed>(bytes: Uint8Array, parsed: T): T {
  const { tbs, signatureIdentifier, signature } = parsed;
  assert.ok(equalBytes(assembleSigned(tbs, signatureIdentifier, signature), bytes), "a second encoding was accepted");
  return parsed;
}

function readExtensions(extensions: readonly Extension[]): unknown {
  return extensions.map(({ oid, value }) => extensionParsers[oid]?.(value));
}
