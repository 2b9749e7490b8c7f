// SPDX-License-Identifier: Apache-2.0
// Certificate revocation lists (RFC 5280 section 5): every legal one is read, written are those of version 2. What
// the extensions of a list mean for a certificate is for `path` to say.

import {
  contextTag,
  type DerReader,
  encodeGeneralizedTime,
  encodeInteger,
  encodeSequence,
  encodeSequenceOf,
  encodeTagged,
  encodeTime,
  readExactly,
  tags,
} from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { encodeExtensions, type Extension, findExtension, readExtensions } from "./extension.ts";
import { type Name, readName } from "./name.ts";
import { oids } from "./object-identifiers.ts";
import { openSigned, readAlgorithmIdentifier, requireSameAlgorithm } from "./signed.ts";

/** CRLReason (RFC 5280 5.3.1); 7 is not used. */
export const crlReasons = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

/** One revoked certificate as it is written. */
export interface RevokedCertificateFields {
  /** Content octets of the certificate's serial number. */
  readonly serialNumber: Uint8Array;
  readonly revocationDate: Date;
  /** One of `crlReasons`; `unspecified` is left out of the encoding, as 5.3.1 asks. */
  readonly reason?: number;
  /** When the key is known or suspected to have been compromised (5.3.2). */
  readonly invalidityDate?: Date;
}

/** One revoked certificate as it is read; entries name serials that no certificate may have, negative ones say. */
export interface RevokedCertificate extends RevokedCertificateFields {
  /** All extensions of the entry, those above among them. */
  readonly extensions: readonly Extension[];
}

export interface CertificateList {
  readonly der: Uint8Array;
  /** What the signature is over: the whole encoding of TBSCertList. */
  readonly tbs: Uint8Array;
  readonly signatureIdentifier: Uint8Array;
  readonly issuer: Name;
  readonly thisUpdate: Date;
  /** X.509 lets a list leave it out; RFC 5280 5.1.2.5 does not say how to use such a list. */
  readonly nextUpdate: Date | undefined;
  readonly revoked: readonly RevokedCertificate[];
  readonly extensions: readonly Extension[];
  /** CRL number (5.2.3). */
  readonly number?: bigint;
  readonly signature: Uint8Array;
}

/** What `encodeTbsCertificateList` is given. */
export interface TbsCertificateListFields {
  readonly signatureIdentifier: Uint8Array;
  /** DER Name. */
  readonly issuer: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revoked: readonly RevokedCertificateFields[];
  /** At least authority key identifier and CRL number (5.2.1, 5.2.3); none twice. */
  readonly extensions: readonly Extension[];
}

const defaultMaxListBytes = 64 << 20;
const maxSerialOctets = 20;
const unusedReason = 7;
const highestReason = 10;

/**
 * Parses one list; all byte strings in the result are views of `der`.
 * @throws NAT_X509_VERSION NAT_X509_ALGORITHM NAT_X509_NAME NAT_X509_REVOKED NAT_X509_EXTENSIONS and the NAT_DER_ errors
 */
export function parseCertificateList(der: Uint8Array, maxBytes = defaultMaxListBytes): CertificateList {
  const { tbs, signatureIdentifier, signature } = openSigned(der, maxBytes);
  const fields = readExactly(tbs, readTbsCertificateList, maxBytes);
  requireSameAlgorithm(fields.signatureIdentifier, signatureIdentifier);
  return { der, tbs, ...fields, signature };
}

/** TBSCertList of version 2, to be signed and then assembled. @throws NAT_X509_REVOKED NAT_X509_EXTENSIONS NAT_DER_TIME */
export function encodeTbsCertificateList(fields: TbsCertificateListFields): Uint8Array {
  const revoked = fields.revoked.length === 0 ? [] : [encodeSequenceOf(fields.revoked.map(encodeRevoked))];
  return encodeSequence(
    encodeInteger(1),
    fields.signatureIdentifier,
    fields.issuer,
    encodeTime(fields.thisUpdate),
    encodeTime(fields.nextUpdate),
    ...revoked,
    encodeTagged(0, encodeExtensions(fields.extensions)),
  );
}

/** The value of the CRL number extension (5.2.3). */
export function encodeCrlNumber(number: number | bigint): Uint8Array {
  return encodeInteger(number);
}

function readTbsCertificateList(reader: DerReader): Omit<CertificateList, "der" | "tbs" | "signature"> {
  const fields = reader.enter();
  const version = readVersion(fields);
  const signatureIdentifier = readAlgorithmIdentifier(fields);
  const issuer = readName(fields);
  if (issuer.relativeNames.length === 0) throw x509Error("NAT_X509_NAME", "the issuer is empty");
  const thisUpdate = fields.time();
  const nextUpdate = isTime(fields.peekTag()) ? fields.time() : undefined;
  const revoked = fields.peekTag() === tags.sequence ? readRevoked(fields.enter(), version) : [];
  const extensions = readListExtensions(fields, version);
  fields.end();
  return { signatureIdentifier, issuer, thisUpdate, nextUpdate, revoked, extensions, ...numberOf(extensions) };
}

/** version INTEGER OPTIONAL: absent in version 1, and 1 means version 2 (5.1.2.1). */
function readVersion(fields: DerReader): 1 | 2 {
  if (fields.peekTag() !== tags.integer) return 1;
  const number = fields.smallInteger();
  if (number !== 1) throw x509Error("NAT_X509_VERSION", `version number ${number}`);
  return 2;
}

function isTime(tag: number | undefined): boolean {
  return tag === tags.utcTime || tag === tags.generalizedTime;
}

function readRevoked(list: DerReader, version: number): RevokedCertificate[] {
  const revoked: RevokedCertificate[] = [];
  while (list.remaining > 0) revoked.push(readEntry(list.enter(), version));
  if (revoked.length === 0) throw x509Error("NAT_X509_REVOKED", "an empty list, which is left out (5.1.2.6)");
  return revoked;
}

function readEntry(fields: DerReader, version: number): RevokedCertificate {
  const serialNumber = fields.integer();
  requireSerial(serialNumber);
  const revocationDate = fields.time();
  if (fields.remaining === 0) return { serialNumber, revocationDate, extensions: [] };
  if (version === 1) throw x509Error("NAT_X509_VERSION", "entry extensions in version 1");
  const extensions = readExtensions(fields);
  fields.end();
  return { serialNumber, revocationDate, extensions, ...reasonOf(extensions), ...invalidityDateOf(extensions) };
}

function readListExtensions(fields: DerReader, version: number): Extension[] {
  const explicit = fields.optional(contextTag(0));
  if (explicit === undefined) return [];
  if (version === 1) throw x509Error("NAT_X509_VERSION", "extensions in version 1");
  const extensions = readExtensions(explicit);
  explicit.end();
  return extensions;
}

function numberOf(extensions: readonly Extension[]): { number?: bigint } {
  const extension = findExtension({ extensions }, oids.crlNumber);
  if (extension === undefined) return {};
  return { number: readExactly(extension.value, (reader) => reader.unsigned(maxSerialOctets)) };
}

function reasonOf(extensions: readonly Extension[]): { reason?: number } {
  const extension = findExtension({ extensions }, oids.reasonCode);
  if (extension === undefined) return {};
  const reason = readExactly(extension.value, (reader) => reader.smallInteger(tags.enumerated));
  requireReason(reason);
  return { reason };
}

function invalidityDateOf(extensions: readonly Extension[]): { invalidityDate?: Date } {
  const extension = findExtension({ extensions }, oids.invalidityDate);
  if (extension === undefined) return {};
  return { invalidityDate: readExactly(extension.value, (reader) => reader.generalizedTime()) };
}

function requireSerial(serialNumber: Uint8Array): void {
  if (serialNumber.length > maxSerialOctets)
    throw x509Error("NAT_X509_REVOKED", `serial of ${serialNumber.length} octets`);
}

function requireReason(reason: number): void {
  if (!Number.isInteger(reason) || reason < 0 || reason > highestReason || reason === unusedReason)
    throw x509Error("NAT_X509_REVOKED", `reason ${reason}`);
}

function encodeRevoked({ serialNumber, revocationDate, ...fields }: RevokedCertificateFields): Uint8Array {
  const extensions = entryExtensions(fields);
  const serial = encodeInteger(serialNumber);
  requireSerial(serial.subarray(2));
  return encodeSequence(
    serial,
    encodeTime(revocationDate),
    ...(extensions.length === 0 ? [] : [encodeExtensions(extensions)]),
  );
}

function entryExtensions({ reason = 0, invalidityDate }: Partial<RevokedCertificateFields>): Extension[] {
  requireReason(reason);
  const extensions: Extension[] = [];
  if (reason !== crlReasons.unspecified)
    extensions.push({ oid: oids.reasonCode, critical: false, value: encodeInteger(reason, tags.enumerated) });
  if (invalidityDate !== undefined)
    extensions.push({ oid: oids.invalidityDate, critical: false, value: encodeGeneralizedTime(invalidityDate) });
  return extensions;
}
