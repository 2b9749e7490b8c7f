// SPDX-License-Identifier: Apache-2.0
// A certificate as path validation sees it: the extensions that have a say, read once however many paths it stands
// in. The table below is the whole list of extensions that are processed; what is critical and not there refuses.

import {
  type BasicConstraints,
  type Certificate,
  type Extension,
  type GeneralName,
  type KeyUsage,
  type NameConstraints,
  oids,
  type PolicyConstraints,
  type PolicyMapping,
  parseAuthorityKeyIdentifier,
  parseBasicConstraints,
  parseCertificatePolicies,
  parseExtendedKeyUsage,
  parseInhibitAnyPolicy,
  parseKeyUsage,
  parseNameConstraints,
  parsePolicyConstraints,
  parsePolicyMappings,
  parseStationExtension,
  parseSubjectAltName,
  parseSubjectKeyIdentifier,
  sameName,
} from "../formats/index.ts";
import { isNatalisError, type NatalisError, toHex } from "../kernel/index.ts";
import { pathError } from "./errors.ts";
import type { CertificateNames } from "./names/certificate-names.ts";

/** Read once, whatever the number of paths that it stands in. */
export class PathCertificate {
  readonly certificate: Certificate;
  basicConstraints: BasicConstraints | undefined;
  keyUsage: ReadonlySet<KeyUsage> | undefined;
  /** Extended key usages, OIDs. */
  purposes: readonly string[] | undefined;
  policies: ReadonlySet<string> | undefined;
  policyMappings: readonly PolicyMapping[] | undefined;
  policyConstraints: PolicyConstraints | undefined;
  /** SkipCerts of inhibitAnyPolicy. */
  inhibitAnyPolicy: number | undefined;
  nameConstraints: NameConstraints | undefined;
  subjectAltName: readonly GeneralName[] | undefined;
  subjectKeyIdentifier: Uint8Array | undefined;
  /** keyIdentifier of the authority key identifier. */
  authorityKeyIdentifier: Uint8Array | undefined;
  /** Whether it is a station's authority, whose certificates are provisional. */
  isStation = false;
  /** Why no path may contain it, where its extensions are at fault. */
  readonly defect: NatalisError | undefined;
  #selfIssued: boolean | undefined;
  #names: CertificateNames | undefined;

  /**
   * Never throws: what is wrong with the certificate is kept as its `defect`, for the path that wants to use it.
   * @param stationOid of the extension of stations' authorities; absent: it is not known
   */
  constructor(certificate: Certificate, stationOid?: string) {
    this.certificate = certificate;
    this.defect = readExtensions(this, stationOid);
  }

  /** How errors name it: by its serial number, since a name may hold anything. */
  get label(): string {
    return `certificate ${toHex(this.certificate.serialNumber)}`;
  }

  /** Issuer and subject are the same name (RFC 5280 6.1). */
  get selfIssued(): boolean {
    this.#selfIssued ??= sameName(this.certificate.issuer, this.certificate.subject);
    return this.#selfIssued;
  }

  /** One object, since what names are compared by is kept with it. */
  get names(): CertificateNames {
    this.#names ??= { subject: this.certificate.subject, subjectAltName: this.subjectAltName };
    return this.#names;
  }
}

function readExtensions(one: PathCertificate, stationOid: string | undefined): NatalisError | undefined {
  try {
    for (const extension of one.certificate.extensions)
      if (extension.oid === stationOid) readStation(extension, one);
      else readExtension(extension, one);
    return undefined;
  } catch (error) {
    if (isNatalisError(error)) return error;
    throw error;
  }
}

type ExtensionReader = (one: PathCertificate, value: Uint8Array, critical: boolean) => void;

const readers: Readonly<Record<string, ExtensionReader>> = {
  [oids.basicConstraints](one, value) {
    one.basicConstraints = parseBasicConstraints(value);
  },
  [oids.keyUsage](one, value) {
    one.keyUsage = parseKeyUsage(value);
  },
  [oids.extendedKeyUsage](one, value) {
    one.purposes = parseExtendedKeyUsage(value);
  },
  [oids.certificatePolicies](one, value, critical) {
    one.policies = new Set(parseCertificatePolicies(value, { knownQualifiersOnly: critical }));
  },
  [oids.policyMappings](one, value) {
    one.policyMappings = parsePolicyMappings(value);
  },
  [oids.policyConstraints](one, value) {
    one.policyConstraints = parsePolicyConstraints(value);
  },
  [oids.inhibitAnyPolicy](one, value) {
    one.inhibitAnyPolicy = parseInhibitAnyPolicy(value);
  },
  [oids.nameConstraints](one, value) {
    one.nameConstraints = parseNameConstraints(value);
  },
  [oids.subjectAltName](one, value) {
    one.subjectAltName = parseSubjectAltName(value, one.certificate.tolerance);
  },
  [oids.subjectKeyIdentifier](one, value) {
    one.subjectKeyIdentifier = parseSubjectKeyIdentifier(value);
  },
  [oids.authorityKeyIdentifier](one, value) {
    one.authorityKeyIdentifier = parseAuthorityKeyIdentifier(value).keyIdentifier;
  },
  // Where lists are found, and whose status needs no asking, is for the check of status to read.
  [oids.crlDistributionPoints]: () => undefined,
  [oids.ocspNoCheck]: () => undefined,
};

/** The arc that its OID stands under is each operator's own, so no table can hold it. */
function readStation({ value }: Extension, one: PathCertificate): void {
  parseStationExtension(value);
  one.isStation = true;
}

function readExtension({ oid, critical, value }: Extension, one: PathCertificate): void {
  const read = readers[oid];
  if (read !== undefined) read(one, value, critical);
  else if (critical) throw pathError("NAT_PATH_EXTENSION", `critical ${oid}`);
}
