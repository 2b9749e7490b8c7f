// SPDX-License-Identifier: Apache-2.0
// Signs revocation lists and OCSP responses of any content, also what nobody may sign, and writes distribution points
// with every field that the standards have. Only for showing what verifiers accept and refuse.

import {
  assembleSigned,
  type Certificate,
  type CertificateList,
  certificateId,
  contextTag,
  encodeAuthorityKeyIdentifier,
  encodeBitString,
  encodeBoolean,
  encodeCertificateId,
  encodeCrlNumber,
  encodeExtensions,
  encodeGeneralizedTime,
  encodeGeneralNames,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSequenceOf,
  encodeTagged,
  encodeTagLengthValue,
  encodeTime,
  type Extension,
  type GeneralName,
  keyIdentifier,
  type OcspResponse,
  oids,
  parseCertificateList,
  parseName,
  parseOcspResponse,
  publicKeyBits,
  type RevocationReason,
  revocationReasons,
  tags,
} from "../formats/index.ts";
import { type DigestName, portableDigests, portableHash } from "../kernel/index.ts";
import { extension, type Forged } from "./certificate-forge.ts";

export interface ForgedPoint {
  readonly fullName?: readonly GeneralName[];
  /** Encodings of the attributes of a name relative to the CRL issuer's. */
  readonly relativeName?: Uint8Array;
  readonly reasons?: readonly RevocationReason[];
  readonly crlIssuer?: readonly GeneralName[];
}

export interface ForgedIssuingPoint extends Omit<ForgedPoint, "crlIssuer"> {
  readonly only?: "users" | "authorities" | "attributes";
  readonly indirect?: boolean;
}

export interface ForgedEntry {
  readonly serialNumber: Uint8Array;
  readonly revocationDate: Date;
  readonly reason?: number;
  readonly extensions?: readonly Extension[];
}

export interface ForgedListFields {
  /** Whose key signs, and whose name the list has. */
  readonly issuer: Forged;
  readonly version?: 1 | 2;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date | undefined;
  readonly number?: number | undefined;
  /** BaseCRLNumber: makes it a delta. */
  readonly base?: number | undefined;
  readonly entries?: readonly ForgedEntry[];
  /** Beside key identifier, number and base; one of those given here replaces that one. */
  readonly extensions?: readonly Extension[];
  /** OIDs of the extensions that are left out. */
  readonly without?: readonly string[];
}

export interface ForgedAnswer {
  readonly about: Forged;
  readonly issuer: Forged;
  readonly digest?: DigestName;
  readonly status?: "good" | "unknown" | { readonly revokedAt: Date; readonly reason?: number };
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date | undefined;
  readonly extensions?: readonly Extension[];
}

export interface ForgedResponseFields {
  /** Whose key signs. */
  readonly responder: Forged;
  readonly named?: "by name" | "by key";
  /** An instant, or the encoding of what is no time. */
  readonly producedAt: Date | Uint8Array;
  readonly answers: readonly ForgedAnswer[];
  readonly nonce?: Uint8Array | undefined;
  readonly extensions?: readonly Extension[];
  readonly certificates?: readonly Pick<Certificate, "der">[];
}

export const directoryName = (name: Uint8Array): GeneralName => ({ kind: "directoryName", value: parseName(name) });

/** The CRL distribution points extension. */
export function distributionPoints(...points: readonly ForgedPoint[]): Extension {
  const encoded = points.map((point) =>
    encodeSequence(
      ...pointName(point),
      ...(point.reasons === undefined ? [] : [reasonFlags(point.reasons, 1)]),
      ...(point.crlIssuer === undefined ? [] : [encodeGeneralNames(point.crlIssuer, contextTag(2))]),
    ),
  );
  return extension(oids.crlDistributionPoints, encodeSequenceOf(encoded));
}

/** The issuing distribution point extension. */
export function issuingPoint(point: ForgedIssuingPoint): Extension {
  const flag = (number: number, isSet: boolean) => (isSet ? [encodeBoolean(true, contextTag(number, false))] : []);
  const value = encodeSequence(
    ...pointName(point),
    ...flag(1, point.only === "users"),
    ...flag(2, point.only === "authorities"),
    ...(point.reasons === undefined ? [] : [reasonFlags(point.reasons, 3)]),
    ...flag(4, point.indirect === true),
    ...flag(5, point.only === "attributes"),
  );
  return extension(oids.issuingDistributionPoint, value, true);
}

export async function forgeList(fields: ForgedListFields): Promise<CertificateList> {
  const { issuer, version = 2, thisUpdate, nextUpdate, entries = [] } = fields;
  const { signatureIdentifier } = issuer.signer.algorithm;
  const extensions = listExtensions(fields);
  const tbs = encodeSequence(
    ...(version === 1 ? [] : [encodeInteger(1)]),
    signatureIdentifier,
    issuer.certificate.subject.der,
    encodeTime(thisUpdate),
    ...(nextUpdate === undefined ? [] : [encodeTime(nextUpdate)]),
    ...(entries.length === 0 ? [] : [encodeSequenceOf(entries.map(encodeEntry))]),
    ...(version === 1 || extensions.length === 0 ? [] : [encodeTagged(0, encodeExtensions(extensions))]),
  );
  return parseCertificateList(assembleSigned(tbs, signatureIdentifier, await issuer.signer.sign(tbs)));
}

export async function forgeResponse(fields: ForgedResponseFields): Promise<OcspResponse> {
  return parseOcspResponse(await forgeResponseBytes(fields));
}

export async function forgeResponseBytes(fields: ForgedResponseFields): Promise<Uint8Array> {
  const { responder, nonce, certificates = [] } = fields;
  const { signatureIdentifier } = responder.signer.algorithm;
  const nonceExtension = nonce && extension(oids.ocspNonce, encodeOctetString(nonce));
  const extensions = [...(nonceExtension === undefined ? [] : [nonceExtension]), ...(fields.extensions ?? [])];
  const tbs = encodeSequence(
    responderId(fields),
    fields.producedAt instanceof Uint8Array ? fields.producedAt : encodeGeneralizedTime(fields.producedAt),
    encodeSequenceOf(fields.answers.map(encodeAnswer)),
    ...explicitExtensions(extensions),
  );
  const basic = encodeSequence(
    tbs,
    signatureIdentifier,
    encodeBitString(await responder.signer.sign(tbs)),
    ...(certificates.length === 0 ? [] : [encodeTagged(0, encodeSequenceOf(certificates.map(({ der }) => der)))]),
  );
  return successfulResponse(encodeSequence(encodeOid(oids.ocspBasic), encodeOctetString(basic)));
}

/** An OCSPResponse around these ResponseBytes. */
export function successfulResponse(responseBytes: Uint8Array): Uint8Array {
  return encodeSequence(encodeInteger(0, tags.enumerated), encodeTagged(0, responseBytes));
}

function pointName({ fullName, relativeName }: ForgedPoint): Uint8Array[] {
  if (fullName !== undefined) return [encodeTagged(0, encodeGeneralNames(fullName, contextTag(0)))];
  return relativeName === undefined ? [] : [encodeTagged(0, encodeTagged(1, relativeName))];
}

/** ReasonFlags: bit 0 is unused, and trailing zeros are dropped. */
function reasonFlags(reasons: readonly RevocationReason[], tag: number): Uint8Array {
  const bits = revocationReasons.findLastIndex((reason) => reasons.includes(reason)) + 2;
  const bytes = new Uint8Array(Math.ceil(bits / 8));
  for (const [i, reason] of revocationReasons.entries())
    if (reasons.includes(reason)) bytes[(i + 1) >> 3] = (bytes[(i + 1) >> 3] as number) | (0x80 >> ((i + 1) & 7));
  return encodeBitString(bytes, bytes.length * 8 - bits, contextTag(tag, false));
}

function listExtensions(fields: ForgedListFields): Extension[] {
  const { issuer, number = 1, base, extensions: given = [], without = [] } = fields;
  const identifier = keyIdentifier(issuer.certificate.publicKey, portableHash);
  const usual = [
    extension(oids.authorityKeyIdentifier, encodeAuthorityKeyIdentifier(identifier)),
    extension(oids.crlNumber, encodeCrlNumber(number)),
    ...(base === undefined ? [] : [extension(oids.deltaCrlIndicator, encodeCrlNumber(base), true)]),
  ];
  const replaced = new Set([...without, ...given.map(({ oid }) => oid)]);
  return [...usual.filter(({ oid }) => !replaced.has(oid)), ...given];
}

function encodeEntry({ serialNumber, revocationDate, reason, extensions = [] }: ForgedEntry): Uint8Array {
  const code = reason === undefined ? [] : [extension(oids.reasonCode, encodeInteger(reason, tags.enumerated))];
  const all = [...code, ...extensions];
  const serial = encodeTagLengthValue(tags.integer, serialNumber);
  return encodeSequence(serial, encodeTime(revocationDate), ...(all.length === 0 ? [] : [encodeExtensions(all)]));
}

function responderId({ responder, named = "by key" }: ForgedResponseFields): Uint8Array {
  const { subject, publicKey } = responder.certificate;
  if (named === "by name") return encodeTagged(1, subject.der);
  return encodeTagged(2, encodeOctetString(portableDigests["SHA-1"](publicKeyBits(publicKey))));
}

function encodeAnswer(answer: ForgedAnswer): Uint8Array {
  const { about, issuer, digest = "SHA-1", status = "good", thisUpdate, nextUpdate, extensions = [] } = answer;
  const id = certificateId(about.certificate, issuer.certificate, digest);
  return encodeSequence(
    encodeCertificateId({ ...id, digest }),
    encodeStatus(status),
    encodeGeneralizedTime(thisUpdate),
    ...(nextUpdate === undefined ? [] : [encodeTagged(0, encodeGeneralizedTime(nextUpdate))]),
    ...explicitExtensions(extensions),
  );
}

function encodeStatus(status: NonNullable<ForgedAnswer["status"]>): Uint8Array {
  if (status === "good") return encodeTagged(0, new Uint8Array(0), false);
  if (status === "unknown") return encodeTagged(2, new Uint8Array(0), false);
  const { revokedAt, reason } = status;
  const code = reason === undefined ? [] : [encodeTagged(0, encodeInteger(reason, tags.enumerated))];
  return encodeTagLengthValue(contextTag(1), encodeGeneralizedTime(revokedAt), ...code);
}

function explicitExtensions(extensions: readonly Extension[]): Uint8Array[] {
  return extensions.length === 0 ? [] : [encodeTagged(1, encodeExtensions(extensions))];
}
