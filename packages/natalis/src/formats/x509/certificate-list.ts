// SPDX-License-Identifier: Apache-2.0
// Certificate revocation lists (RFC 5280 section 5): every legal one is read, written are those of version 2. What
// the extensions of a list mean for a certificate is for `path` to say.

import {
  contextTag,
  type DerReader,
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
import {
  encodeRevokedCertificate,
  type RevokedCertificate,
  type RevokedCertificateFields,
} from "./revoked-certificate.ts";
import { noEntries, readRevokedEntries, type RevokedEntries } from "./revoked-entries.ts";
import { openSigned, readAlgorithmIdentifier, requireSameAlgorithm } from "./signed.ts";

export interface CertificateList {
  readonly der: Uint8Array;
  /** What the signature is over: the whole encoding of TBSCertList. */
  readonly tbs: Uint8Array;
  /** Version 1 has no extensions, neither of the list nor of its entries. */
  readonly version: 1 | 2;
  readonly signatureIdentifier: Uint8Array;
  readonly issuer: Name;
  readonly thisUpdate: Date;
  /** X.509 lets a list leave it out; RFC 5280 5.1.2.5 does not say how to use such a list. */
  readonly nextUpdate: Date | undefined;
  /** The revoked certificates as they stand there, found by serial number. */
  readonly entries: RevokedEntries;
  /** All of them, read when this is first asked for. */
  readonly revoked: readonly RevokedCertificate[];
  readonly extensions: readonly Extension[];
  /** CRL number (5.2.3). */
  readonly number?: bigint;
  /** BaseCRLNumber: there in delta lists alone, which tell what changed since the list of that number (5.2.4). */
  readonly baseNumber?: bigint;
  readonly signature: Uint8Array;
}

type SignedFields = Omit<CertificateList, "der" | "tbs" | "revoked" | "signature">;

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
const maxNumberOctets = 20;

/**
 * Parses one list; all byte strings in the result are views of `der`.
 * @throws NAT_X509_VERSION NAT_X509_ALGORITHM NAT_X509_NAME NAT_X509_REVOKED NAT_X509_EXTENSIONS and the NAT_DER_ errors
 */
export function parseCertificateList(der: Uint8Array, maxBytes = defaultMaxListBytes): CertificateList {
  const { tbs, signatureIdentifier, signature } = openSigned(der, maxBytes);
  const fields = readExactly(tbs, readTbsCertificateList, maxBytes);
  requireSameAlgorithm(fields.signatureIdentifier, signatureIdentifier);
  const { entries } = fields;
  return {
    der,
    tbs,
    ...fields,
    get revoked() {
      return entries.all();
    },
    signature,
  };
}

/** TBSCertList of version 2, to be signed and then assembled. @throws NAT_X509_REVOKED NAT_X509_EXTENSIONS NAT_DER_TIME */
export function encodeTbsCertificateList(fields: TbsCertificateListFields): Uint8Array {
  const revoked = fields.revoked.length === 0 ? [] : [encodeSequenceOf(fields.revoked.map(encodeRevokedCertificate))];
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

function readTbsCertificateList(reader: DerReader): SignedFields {
  const fields = reader.enter();
  const version = readVersion(fields);
  const signatureIdentifier = readAlgorithmIdentifier(fields);
  const issuer = readName(fields);
  if (issuer.relativeNames.length === 0) throw x509Error("NAT_X509_NAME", "the issuer is empty");
  const thisUpdate = fields.time();
  const nextUpdate = isTime(fields.peekTag()) ? fields.time() : undefined;
  const hasEntries = fields.peekTag() === tags.sequence;
  const entries = hasEntries ? readRevokedEntries(fields.read(tags.sequence), version) : noEntries;
  const extensions = readListExtensions(fields, version);
  fields.end();
  const numbers = { ...numberOf(extensions), ...baseNumberOf(extensions) };
  return { version, signatureIdentifier, issuer, thisUpdate, nextUpdate, entries, extensions, ...numbers };
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

function readListExtensions(fields: DerReader, version: number): Extension[] {
  const explicit = fields.optional(contextTag(0));
  if (explicit === undefined) return [];
  if (version === 1) throw x509Error("NAT_X509_VERSION", "extensions in version 1");
  const extensions = readExtensions(explicit);
  explicit.end();
  return extensions;
}

function numberOf(extensions: readonly Extension[]): { number?: bigint } {
  const number = numberIn(extensions, oids.crlNumber);
  return number === undefined ? {} : { number };
}

function baseNumberOf(extensions: readonly Extension[]): { baseNumber?: bigint } {
  const baseNumber = numberIn(extensions, oids.deltaCrlIndicator);
  return baseNumber === undefined ? {} : { baseNumber };
}

/** CRLNumber ::= INTEGER (0..MAX), of at most 20 octets (5.2.3). */
function numberIn(extensions: readonly Extension[], oid: string): bigint | undefined {
  const extension = findExtension({ extensions }, oid);
  return extension && readExactly(extension.value, (reader) => reader.unsigned(maxNumberOctets));
}
