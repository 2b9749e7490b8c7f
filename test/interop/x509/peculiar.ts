// SPDX-License-Identifier: Apache-2.0
// @peculiar/x509's view of certificates and lists, and its verdict on their signatures.

import type { webcrypto } from "node:crypto";
import { toHex } from "natalis/kernel";
import type { CertificateReading, EntryReading, ExtensionReading, ListReading, NameReading } from "./reading.ts";
import { keyUsageBits } from "./reading.ts";

// It registers its algorithms through tsyringe, which looks for a metadata polyfill and needs none.
Object.assign(Reflect, { getMetadata: () => undefined, getOwnMetadata: () => undefined });
const library = await import("@peculiar/x509");
type Certificate = InstanceType<typeof library.X509Certificate>;
type Extension = Certificate["extensions"][number];

const shortNames: Readonly<Record<string, string>> = { O: "2.5.4.10", OU: "2.5.4.11", CN: "2.5.4.3" };
const kinds: Readonly<Record<string, string>> = { url: "uri", ip: "ip", dns: "dns" };

export function parseCertificate(der: Uint8Array): Certificate {
  return new library.X509Certificate(new Uint8Array(der));
}

/** Its view of alternative names leaves out those of kind otherName. */
export function readCertificate(der: Uint8Array): CertificateReading {
  const certificate = parseCertificate(der);
  const find = <Kind extends Extension>(kind: new (raw: webcrypto.BufferSource) => Kind) =>
    certificate.getExtension(kind);
  const constraints = find(library.BasicConstraintsExtension);
  const usages = find(library.KeyUsagesExtension)?.usages ?? 0;
  return {
    serialNumber: certificate.serialNumber,
    issuer: readName(certificate.issuerName),
    subject: readName(certificate.subjectName),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    publicKey: hex(certificate.publicKey.rawData),
    signature: hex(certificate.signature),
    extensions: Array.from(certificate.extensions, readExtension),
    authorityKeyIdentifier: find(library.AuthorityKeyIdentifierExtension)?.keyId,
    subjectKeyIdentifier: find(library.SubjectKeyIdentifierExtension)?.keyId,
    isAuthority: constraints?.ca,
    pathLength: constraints?.pathLength,
    keyUsage: keyUsageBits.filter((_, bit) => (usages & (1 << bit)) !== 0),
    purposes: listed(find(library.ExtendedKeyUsageExtension)?.usages)?.map(String),
    policies: listed(find(library.CertificatePolicyExtension)?.policies),
    lists: listed(find(library.CRLDistributionPointsExtension)?.distributionPoints)?.flatMap(({ distributionPoint }) =>
      (distributionPoint?.fullName ?? []).map((name) => String(name.uniformResourceIdentifier)),
    ),
    issuers: find(library.AuthorityInfoAccessExtension)?.caIssuers.map(({ value }) => value),
    alternativeNames: find(library.SubjectAlternativeNameExtension)
      ?.names.toJSON()
      .map(({ type, value }) => [kinds[type] ?? type, type === "ip" ? addressHex(value) : value]),
  };
}

export function readList(der: Uint8Array): ListReading {
  const list = new library.X509Crl(new Uint8Array(der));
  return {
    issuer: readName(list.issuerName),
    thisUpdate: list.thisUpdate,
    nextUpdate: list.nextUpdate,
    signature: hex(list.signature),
    extensions: Array.from(list.extensions, readExtension),
    authorityKeyIdentifier: list.getExtension(library.AuthorityKeyIdentifierExtension)?.keyId,
    entries: list.entries.map(
      ({ serialNumber, revocationDate, reason, invalidity, extensions }): EntryReading => ({
        serialNumber,
        revokedAt: revocationDate,
        reason,
        invalidSince: invalidity,
        extensions: Array.from(extensions, readExtension),
      }),
    ),
  };
}

export function isSignedBy(certificate: Uint8Array, issuer: Uint8Array): Promise<boolean> {
  return parseCertificate(certificate).verify({ publicKey: parseCertificate(issuer), signatureOnly: true });
}

export function isListSignedBy(list: Uint8Array, issuer: Uint8Array): Promise<boolean> {
  return new library.X509Crl(new Uint8Array(list)).verify({ publicKey: parseCertificate(issuer) });
}

/** The path that it builds from the certificate, DER, leaf first. */
export async function buildPath(certificate: Uint8Array, others: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const builder = new library.X509ChainBuilder({ certificates: others.map(parseCertificate) });
  return Array.from(await builder.build(parseCertificate(certificate)), ({ rawData }) => new Uint8Array(rawData));
}

/** The certificate's key as WebCrypto takes it. */
export function importKey(certificate: Uint8Array): Promise<webcrypto.CryptoKey> {
  return parseCertificate(certificate).publicKey.export();
}

function readName(name: Certificate["subjectName"]): NameReading {
  return name
    .toJSON()
    .flatMap((attributes) => Object.entries(attributes))
    .flatMap(([type, values]) => values.map((value) => [shortNames[type] ?? type, value] as const));
}

function readExtension({ type, critical, value }: Extension): ExtensionReading {
  return [type, critical, hex(value)];
}

/** An array of no class of its own. */
function listed<Value>(values: readonly Value[] | undefined): Value[] | undefined {
  return values && Array.from(values);
}

function addressHex(address: string): string {
  return hex(Uint8Array.from(address.split("."), Number));
}

function hex(bytes: ArrayBuffer | Uint8Array): string {
  return toHex(new Uint8Array(bytes));
}
