// SPDX-License-Identifier: Apache-2.0
// Everything that a certificate or a revocation list says (RFC 5280 sections 4.1, 4.2, 5.1 to 5.3), in a form that any
// parser's view can be brought into, and our own view in it. Where two views differ, two parsers disagree.

import {
  type Extension,
  findExtension,
  type GeneralName,
  type Name,
  oids,
  parseAuthorityInfoAccess,
  parseAuthorityKeyIdentifier,
  parseBasicConstraints,
  parseCertificate,
  parseCertificateList,
  parseCertificatePolicies,
  parseCrlDistributionPoints,
  parseExtendedKeyUsage,
  parseIssuingDistributionPoint,
  parseKeyUsage,
  parseSubjectAltName,
  parseSubjectKeyIdentifier,
  urisOf,
} from "natalis/formats";
import { toHex } from "natalis/kernel";

/** Attribute type and value, in their order. */
export type NameReading = readonly (readonly [oid: string, value: string])[];

/** OID, whether it is critical, and its value in hexadecimal; in their order. */
export type ExtensionReading = readonly [oid: string, critical: boolean, value: string];

/** Bytes are hexadecimal; what is not there is undefined. */
export interface CertificateReading {
  readonly serialNumber: string;
  readonly issuer: NameReading;
  readonly subject: NameReading;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: string;
  readonly signature: string;
  readonly extensions: readonly ExtensionReading[];
  readonly authorityKeyIdentifier: string | undefined;
  readonly subjectKeyIdentifier: string | undefined;
  readonly isAuthority: boolean | undefined;
  readonly pathLength: number | undefined;
  readonly keyUsage: readonly string[];
  readonly purposes: readonly string[] | undefined;
  readonly policies: readonly string[] | undefined;
  readonly lists: readonly string[] | undefined;
  readonly issuers: readonly string[] | undefined;
  /** Kind and value, such as ["uri", "urn:uuid:…"]; of an otherName, the DER of the whole. */
  readonly alternativeNames: readonly (readonly [kind: string, value: string])[] | undefined;
}

export interface ListReading {
  readonly issuer: NameReading;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly signature: string;
  readonly extensions: readonly ExtensionReading[];
  readonly authorityKeyIdentifier: string | undefined;
  readonly entries: readonly EntryReading[];
}

export interface EntryReading {
  readonly serialNumber: string;
  readonly revokedAt: Date;
  readonly reason: number | undefined;
  readonly invalidSince: Date | undefined;
  readonly extensions: readonly ExtensionReading[];
}

/** Bits of the key usage in the order of RFC 5280 section 4.2.1.3. */
export const keyUsageBits = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;

export function readCertificate(der: Uint8Array): CertificateReading {
  const certificate = parseCertificate(der);
  const read = <Value>(oid: string, parse: (value: Uint8Array) => Value): Value | undefined => {
    const found = findExtension(certificate, oid);
    return found === undefined ? undefined : parse(found.value);
  };
  const constraints = read(oids.basicConstraints, parseBasicConstraints);
  const usages = read(oids.keyUsage, parseKeyUsage);
  return {
    serialNumber: toHex(certificate.serialNumber),
    issuer: readName(certificate.issuer),
    subject: readName(certificate.subject),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    publicKey: toHex(certificate.publicKey),
    signature: toHex(certificate.signature),
    extensions: certificate.extensions.map(readExtension),
    authorityKeyIdentifier: hex(read(oids.authorityKeyIdentifier, parseAuthorityKeyIdentifier)?.keyIdentifier),
    subjectKeyIdentifier: hex(read(oids.subjectKeyIdentifier, parseSubjectKeyIdentifier)),
    isAuthority: constraints?.isAuthority,
    pathLength: constraints?.pathLength,
    keyUsage: keyUsageBits.filter((bit) => usages?.has(bit)),
    purposes: read(oids.extendedKeyUsage, parseExtendedKeyUsage),
    policies: read(oids.certificatePolicies, parseCertificatePolicies),
    lists: read(oids.crlDistributionPoints, parseCrlDistributionPoints)?.flatMap(({ fullName }) =>
      urisOf(fullName ?? []),
    ),
    issuers: read(oids.authorityInfoAccess, parseAuthorityInfoAccess)?.flatMap(({ location }) => urisOf([location])),
    alternativeNames: read(oids.subjectAltName, parseSubjectAltName)?.map(readGeneralName),
  };
}

export function readList(der: Uint8Array): ListReading {
  const list = parseCertificateList(der);
  const authorityKey = findExtension(list, oids.authorityKeyIdentifier);
  return {
    issuer: readName(list.issuer),
    thisUpdate: list.thisUpdate,
    nextUpdate: list.nextUpdate,
    signature: toHex(list.signature),
    extensions: list.extensions.map(readExtension),
    authorityKeyIdentifier: authorityKey && hex(parseAuthorityKeyIdentifier(authorityKey.value).keyIdentifier),
    entries: list.revoked.map((entry) => ({
      serialNumber: toHex(entry.serialNumber),
      revokedAt: entry.revocationDate,
      reason: entry.reason,
      invalidSince: entry.invalidityDate,
      extensions: entry.extensions.map(readExtension),
    })),
  };
}

/** The addresses that a list's issuing distribution point names. */
export function scopeOf(der: Uint8Array): readonly string[] | undefined {
  const found = findExtension(parseCertificateList(der), oids.issuingDistributionPoint);
  return found && urisOf(parseIssuingDistributionPoint(found.value).fullName ?? []);
}

function readName({ relativeNames }: Name): NameReading {
  return relativeNames.flatMap((attributes) => attributes.map(({ oid, value }) => [oid, value] as const));
}

function readExtension({ oid, critical, value }: Extension): ExtensionReading {
  return [oid, critical, toHex(value)];
}

function readGeneralName(name: GeneralName): readonly [kind: string, value: string] {
  if (name.kind === "otherName") return [name.kind, `${name.oid} ${toHex(name.value)}`];
  return [name.kind, typeof name.value === "string" ? name.value : toHex(name.value as Uint8Array)];
}

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes && toHex(bytes);
}
