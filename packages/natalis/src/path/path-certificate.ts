// SPDX-License-Identifier: Apache-2.0
// A certificate as path validation sees it: the extensions that have a say, read once however many paths it stands
// in. The switch below is the whole list of extensions that are processed; what is critical and not there refuses.

import {
  type BasicConstraints,
  type Certificate,
  type Extension,
  type KeyUsage,
  oids,
  parseAuthorityKeyIdentifier,
  parseBasicConstraints,
  parseCertificatePolicies,
  parseExtendedKeyUsage,
  parseKeyUsage,
  parseSubjectKeyIdentifier,
} from "../formats/index.ts";
import { equalBytes, isNatalisError, type NatalisError, toHex } from "../kernel/index.ts";
import { pathError } from "./errors.ts";

interface ExtensionFacts {
  basicConstraints?: BasicConstraints;
  keyUsage?: ReadonlySet<KeyUsage>;
  /** Extended key usages, OIDs. */
  purposes?: readonly string[];
  policies?: ReadonlySet<string>;
  subjectKeyIdentifier?: Uint8Array;
  /** keyIdentifier of the authority key identifier. */
  authorityKeyIdentifier?: Uint8Array | undefined;
}

export interface PathCertificate extends Readonly<ExtensionFacts> {
  readonly certificate: Certificate;
  /** How errors name it: by its serial number, since a name may hold anything. */
  readonly label: string;
  /** Issuer and subject are the same name (RFC 5280 6.1). */
  readonly selfIssued: boolean;
  /** Why no path may contain it, where its extensions are at fault. */
  readonly defect: NatalisError | undefined;
}

/** Never throws: what is wrong with the certificate is kept as its `defect`, for the path that wants to use it. */
export function readPathCertificate(certificate: Certificate): PathCertificate {
  const label = `certificate ${toHex(certificate.serialNumber)}`;
  const facts: ExtensionFacts = {};
  const defect = readExtensions(certificate, facts, label);
  const selfIssued = equalBytes(certificate.issuer.der, certificate.subject.der);
  return { certificate, label, selfIssued, defect, ...facts };
}

function readExtensions(certificate: Certificate, facts: ExtensionFacts, label: string): NatalisError | undefined {
  try {
    for (const extension of certificate.extensions) readExtension(extension, facts, label);
    return undefined;
  } catch (error) {
    if (isNatalisError(error)) return error;
    throw error;
  }
}

function readExtension({ oid, critical, value }: Extension, facts: ExtensionFacts, label: string): void {
  switch (oid) {
    case oids.basicConstraints:
      facts.basicConstraints = parseBasicConstraints(value);
      return;
    case oids.keyUsage:
      facts.keyUsage = parseKeyUsage(value);
      return;
    case oids.extendedKeyUsage:
      facts.purposes = parseExtendedKeyUsage(value);
      return;
    case oids.certificatePolicies:
      facts.policies = new Set(parseCertificatePolicies(value));
      return;
    case oids.subjectKeyIdentifier:
      facts.subjectKeyIdentifier = parseSubjectKeyIdentifier(value);
      return;
    case oids.authorityKeyIdentifier:
      facts.authorityKeyIdentifier = parseAuthorityKeyIdentifier(value).keyIdentifier;
      return;
    // Processed by whoever holds the path: names by the check of identity, distribution points by the CRL check.
    case oids.subjectAltName:
    case oids.crlDistributionPoints:
      return;
    // These narrow the paths below them, so ignoring one would accept what its issuer refuses, critical or not.
    case oids.nameConstraints:
    case oids.policyConstraints:
    case oids.policyMappings:
    case oids.inhibitAnyPolicy:
      throw pathError("NAT_PATH_EXTENSION", `${label} carries the constraint ${oid}`);
    default:
      if (critical) throw pathError("NAT_PATH_EXTENSION", `${label} carries critical ${oid}`);
  }
}
