// SPDX-License-Identifier: Apache-2.0
// pkijs's view of certificates and lists, and its verdict on signatures and paths.

import { toHex } from "natalis/kernel";
import * as pkijs from "pkijs";
import type { CertificateReading, EntryReading, ExtensionReading, ListReading, NameReading } from "./reading.ts";
import { keyUsageBits } from "./reading.ts";

/** What its path validation says; `why` is empty where the path holds. */
export interface Verdict {
  readonly holds: boolean;
  readonly why: string;
}

const oids = {
  authorityKeyIdentifier: "2.5.29.35",
  subjectKeyIdentifier: "2.5.29.14",
  basicConstraints: "2.5.29.19",
  keyUsage: "2.5.29.15",
  extendedKeyUsage: "2.5.29.37",
  subjectAltName: "2.5.29.17",
  certificatePolicies: "2.5.29.32",
  crlDistributionPoints: "2.5.29.31",
  authorityInfoAccess: "1.3.6.1.5.5.7.1.1",
  issuingDistributionPoint: "2.5.29.28",
  crlNumber: "2.5.29.20",
  reasonCode: "2.5.29.21",
  invalidityDate: "2.5.29.24",
} as const;

type OctetString = { readonly valueBlock: { readonly valueHexView: Uint8Array } };

export function readCertificate(der: Uint8Array): CertificateReading {
  const certificate = parse(der);
  const find = (oid: string) => parsed(certificate.extensions ?? [], oid);
  const constraints = find(oids.basicConstraints) as pkijs.BasicConstraints | undefined;
  const usages = (find(oids.keyUsage) as OctetString | undefined)?.valueBlock.valueHexView ?? new Uint8Array(0);
  return {
    serialNumber: hex(certificate.serialNumber),
    issuer: readName(certificate.issuer),
    subject: readName(certificate.subject),
    notBefore: certificate.notBefore.value,
    notAfter: certificate.notAfter.value,
    publicKey: toHex(new Uint8Array(certificate.subjectPublicKeyInfo.toSchema().toBER())),
    signature: hex(certificate.signatureValue),
    extensions: (certificate.extensions ?? []).map(readExtension),
    authorityKeyIdentifier: keyIdentifierOf(find(oids.authorityKeyIdentifier)),
    subjectKeyIdentifier: optionalHex(find(oids.subjectKeyIdentifier)),
    isAuthority: constraints?.cA,
    pathLength: constraints?.pathLenConstraint as number | undefined,
    keyUsage: keyUsageBits.filter((_, bit) => ((usages[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0),
    purposes: (find(oids.extendedKeyUsage) as pkijs.ExtKeyUsage | undefined)?.keyPurposes,
    policies: (find(oids.certificatePolicies) as pkijs.CertificatePolicies | undefined)?.certificatePolicies.map(
      ({ policyIdentifier }) => policyIdentifier,
    ),
    lists: (find(oids.crlDistributionPoints) as pkijs.CRLDistributionPoints | undefined)?.distributionPoints.flatMap(
      ({ distributionPoint }) => urisOf(distributionPoint),
    ),
    issuers: (find(oids.authorityInfoAccess) as pkijs.InfoAccess | undefined)?.accessDescriptions.flatMap(
      ({ accessLocation }) => urisOf([accessLocation]),
    ),
    alternativeNames: (find(oids.subjectAltName) as pkijs.AltName | undefined)?.altNames.map(readGeneralName),
  };
}

export function readList(der: Uint8Array): ListReading {
  const list = parseList(der);
  const extensions = list.crlExtensions?.extensions ?? [];
  return {
    issuer: readName(list.issuer),
    thisUpdate: list.thisUpdate.value,
    nextUpdate: list.nextUpdate?.value,
    signature: hex(list.signatureValue),
    extensions: extensions.map(readExtension),
    authorityKeyIdentifier: keyIdentifierOf(parsed(extensions, oids.authorityKeyIdentifier)),
    entries: (list.revokedCertificates ?? []).map(readEntry),
  };
}

export function scopeOf(der: Uint8Array): readonly string[] | undefined {
  const point = parsed(parseList(der).crlExtensions?.extensions ?? [], oids.issuingDistributionPoint);
  return point === undefined ? undefined : urisOf((point as pkijs.IssuingDistributionPoint).distributionPoint);
}

export function numberOf(der: Uint8Array): bigint {
  const number = parsed(parseList(der).crlExtensions?.extensions ?? [], oids.crlNumber);
  return BigInt(`0x${optionalHex(number)}`);
}

export function isSignedBy(certificate: Uint8Array, issuer: Uint8Array): Promise<boolean> {
  return parse(certificate).verify(parse(issuer));
}

export function isListSignedBy(list: Uint8Array, issuer: Uint8Array): Promise<boolean> {
  return parseList(list).verify({ issuerCertificate: parse(issuer) });
}

/** RFC 5280 section 6 as its engine has it, with these lists alone. */
export async function judgePath(
  certificate: Uint8Array,
  [issuing, root]: readonly [Uint8Array, Uint8Array],
  lists: readonly Uint8Array[],
): Promise<Verdict> {
  const engine = new pkijs.CertificateChainValidationEngine({
    trustedCerts: [parse(root)],
    certs: [parse(issuing), parse(certificate)],
    crls: lists.map(parseList),
  });
  const { result, resultMessage } = await engine.verify();
  return { holds: result, why: resultMessage };
}

function parse(der: Uint8Array): pkijs.Certificate {
  return pkijs.Certificate.fromBER(new Uint8Array(der));
}

function parseList(der: Uint8Array): pkijs.CertificateRevocationList {
  return pkijs.CertificateRevocationList.fromBER(new Uint8Array(der));
}

/** The extension's value as pkijs has parsed it, or undefined. */
function parsed(extensions: readonly pkijs.Extension[], oid: string): unknown {
  return extensions.find(({ extnID }) => extnID === oid)?.parsedValue;
}

function readName({ typesAndValues }: pkijs.RelativeDistinguishedNames): NameReading {
  return typesAndValues.map(({ type, value }) => [type, value.valueBlock.value]);
}

function readExtension({ extnID, critical, extnValue }: pkijs.Extension): ExtensionReading {
  return [extnID, critical, hex(extnValue)];
}

function readEntry({ userCertificate, revocationDate, crlEntryExtensions }: pkijs.RevokedCertificate): EntryReading {
  const extensions = crlEntryExtensions?.extensions ?? [];
  const reason = optionalHex(parsed(extensions, oids.reasonCode));
  const invalidity = parsed(extensions, oids.invalidityDate) as { toDate(): Date } | undefined;
  return {
    serialNumber: hex(userCertificate),
    revokedAt: revocationDate.value,
    reason: reason === undefined ? undefined : Number.parseInt(reason, 16),
    invalidSince: invalidity?.toDate(),
    extensions: extensions.map(readExtension),
  };
}

/** GeneralName kinds by the tags of RFC 5280 section 4.2.1.6. */
const kinds: Readonly<Record<number, string>> = { 0: "otherName", 2: "dns", 6: "uri", 7: "ip" };

function readGeneralName({ type, value }: pkijs.GeneralName): readonly [kind: string, value: string] {
  const kind = kinds[type] ?? String(type);
  if (kind === "otherName") return [kind, otherNameOf(value)];
  return [kind, typeof value === "string" ? value : hex(value)];
}

function otherNameOf({ valueBlock }: { valueBlock: { value: [OtherNameType, OtherNameValue] } }): string {
  const [type, explicit] = valueBlock.value;
  return `${type.valueBlock.toString()} ${toHex(new Uint8Array(explicit.valueBlock.value[0].toBER()))}`;
}

interface OtherNameType {
  readonly valueBlock: { toString(): string };
}

interface OtherNameValue {
  readonly valueBlock: { readonly value: [{ toBER(): ArrayBuffer }] };
}

function urisOf(names: unknown): string[] {
  return (names as readonly pkijs.GeneralName[]).filter(({ type }) => type === 6).map(({ value }) => String(value));
}

function keyIdentifierOf(identifier: unknown): string | undefined {
  return optionalHex((identifier as pkijs.AuthorityKeyIdentifier | undefined)?.keyIdentifier);
}

function optionalHex(value: unknown): string | undefined {
  return value === undefined ? undefined : hex(value as OctetString);
}

function hex({ valueBlock }: OctetString): string {
  return toHex(new Uint8Array(valueBlock.valueHexView));
}
