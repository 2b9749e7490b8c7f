// SPDX-License-Identifier: Apache-2.0
// One entry of a revocation list (RFC 5280 5.1.2.6, 5.3): read with all that any list may say of a certificate,
// written with what ours say.

import {
  type DerReader,
  encodeGeneralizedTime,
  encodeInteger,
  encodeSequence,
  encodeTime,
  readExactly,
  tags,
} from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { encodeExtensions, type Extension, findExtension, readExtensions } from "./extension.ts";
import { encodeGeneralNames, type GeneralName, readGeneralNames } from "./general-name.ts";
import { oids } from "./object-identifiers.ts";

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
  /** Names of the certificate's issuer: this entry's own or those that hold on from an earlier one (5.3.3). */
  readonly certificateIssuer?: readonly GeneralName[];
}

/** One revoked certificate as it is read; entries name serials that no certificate may have, negative ones say. */
export interface RevokedCertificate extends RevokedCertificateFields {
  /** All extensions of the entry, those above among them. */
  readonly extensions: readonly Extension[];
}

/** Longest serial number that is read, in octets (RFC 5280 4.1.2.2). */
export const maxSerialOctets = 20;

const unusedReason = 7;
const highestReason = 10;

/** Reads what stands inside of one entry. @throws NAT_X509_VERSION NAT_X509_REVOKED and those of its extensions */
export function readRevokedCertificate(fields: DerReader, version: 1 | 2): RevokedCertificate {
  const serialNumber = fields.integer();
  requireSerial(serialNumber);
  const revocationDate = fields.time();
  if (fields.remaining === 0) return { serialNumber, revocationDate, extensions: [] };
  if (version === 1) throw x509Error("NAT_X509_VERSION", "entry extensions in version 1");
  const extensions = readExtensions(fields);
  fields.end();
  return { serialNumber, revocationDate, extensions, ...readKnownExtensions(extensions) };
}

/** One whole entry. @throws NAT_X509_REVOKED NAT_DER_TIME */
export function encodeRevokedCertificate({
  serialNumber,
  revocationDate,
  ...fields
}: RevokedCertificateFields): Uint8Array {
  const extensions = entryExtensions(fields);
  const serial = encodeInteger(serialNumber);
  requireSerial(serial.subarray(2));
  return encodeSequence(
    serial,
    encodeTime(revocationDate),
    ...(extensions.length === 0 ? [] : [encodeExtensions(extensions)]),
  );
}

/** The names in the certificate issuer extension (5.3.3). @throws NAT_X509_GENERAL_NAME and the NAT_DER_ errors */
export function readCertificateIssuer(value: Uint8Array): readonly GeneralName[] {
  return readExactly(value, (reader) => readGeneralNames(reader));
}

/** Whether `reason` is a CRLReason that exists. */
export function isCrlReason(reason: number): boolean {
  return Number.isInteger(reason) && reason >= 0 && reason <= highestReason && reason !== unusedReason;
}

function readKnownExtensions(extensions: readonly Extension[]): Partial<RevokedCertificate> {
  return { ...reasonOf(extensions), ...invalidityDateOf(extensions), ...certificateIssuerOf(extensions) };
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

function certificateIssuerOf(extensions: readonly Extension[]): { certificateIssuer?: readonly GeneralName[] } {
  const extension = findExtension({ extensions }, oids.certificateIssuer);
  if (extension === undefined) return {};
  return { certificateIssuer: readCertificateIssuer(extension.value) };
}

function requireSerial(serialNumber: Uint8Array): void {
  if (serialNumber.length > maxSerialOctets)
    throw x509Error("NAT_X509_REVOKED", `serial of ${serialNumber.length} octets`);
}

function requireReason(reason: number): void {
  if (!isCrlReason(reason)) throw x509Error("NAT_X509_REVOKED", `reason ${reason}`);
}

function entryExtensions(fields: Partial<RevokedCertificateFields>): Extension[] {
  const { reason = 0, invalidityDate, certificateIssuer } = fields;
  requireReason(reason);
  const extensions: Extension[] = [];
  if (reason !== crlReasons.unspecified)
    extensions.push({ oid: oids.reasonCode, critical: false, value: encodeInteger(reason, tags.enumerated) });
  if (invalidityDate !== undefined)
    extensions.push({ oid: oids.invalidityDate, critical: false, value: encodeGeneralizedTime(invalidityDate) });
  if (certificateIssuer !== undefined)
    extensions.push({ oid: oids.certificateIssuer, critical: true, value: encodeGeneralNames(certificateIssuer) });
  return extensions;
}
