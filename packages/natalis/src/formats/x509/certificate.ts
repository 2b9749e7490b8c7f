// SPDX-License-Identifier: Apache-2.0
// X.509 certificates (RFC 5280 4.1): every legal one of any version is read, with what strict DER leaves no room for
// refused; written are those of version 3. Extensions are kept as they came: path validation says what they mean.

import {
  contextTag,
  type DerReader,
  encodeInteger,
  encodeSequence,
  encodeTagged,
  encodeTime,
  readExactly,
} from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { encodeExtensions, type Extension, readExtensions } from "./extension.ts";
import { type Name, readName } from "./name.ts";
import { openSigned, readAlgorithmIdentifier, readPublicKey, requireSameAlgorithm } from "./signed.ts";
import { type CertificateTolerance, withoutPadding } from "./tolerance.ts";

export interface Certificate {
  readonly der: Uint8Array;
  /** What the signature is over: the whole encoding of TBSCertificate. */
  readonly tbs: Uint8Array;
  readonly version: 1 | 2 | 3;
  /** Content octets of the INTEGER: not negative, 1 to 20 octets, a leading 00 where the first bit would be set. */
  readonly serialNumber: Uint8Array;
  /** DER AlgorithmIdentifier of the signature, the same inside and outside of `tbs`. */
  readonly signatureIdentifier: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  readonly notBefore: Date;
  /** Last instant of the validity; 9999-12-31T23:59:59Z means none is known (RFC 5280 4.1.2.5). */
  readonly notAfter: Date;
  /** DER SubjectPublicKeyInfo of any algorithm; `algorithmOfPublicKey` tells whether it is one of ours. */
  readonly publicKey: Uint8Array;
  /** In their order, none twice; empty before version 3. */
  readonly extensions: readonly Extension[];
  /** As X.509 carries it (ECDSA: DER). */
  readonly signature: Uint8Array;
  /** What it was parsed with, where that was not strict DER. */
  readonly tolerance?: CertificateTolerance;
}

/** What `encodeTbsCertificate` is given. */
export interface TbsCertificateFields {
  /** Big-endian, positive, at most 20 octets as an INTEGER. */
  readonly serialNumber: Uint8Array;
  /** `signatureIdentifier` of the issuer's algorithm. */
  readonly signatureIdentifier: Uint8Array;
  /** DER Name. */
  readonly issuer: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** DER Name. */
  readonly subject: Uint8Array;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** At least one, none twice. */
  readonly extensions: readonly Extension[];
}

const maxSerialOctets = 20;

/** Four times what a certificate with ML-DSA-87 key and signature and a hundred names needs. */
const maxCertificateBytes = 1 << 16;

/**
 * Parses one certificate; all byte strings in the result are views of `bytes`.
 * @param tolerance what is taken beside strict DER: nothing, if absent
 * @throws NAT_X509_VERSION NAT_X509_SERIAL NAT_X509_ALGORITHM NAT_X509_NAME NAT_X509_EXTENSIONS and the NAT_DER_ errors
 */
export function parseCertificate(bytes: Uint8Array, tolerance?: CertificateTolerance): Certificate {
  const der = tolerance?.padding === true ? withoutPadding(bytes) : bytes;
  const { tbs, signatureIdentifier, signature } = openSigned(der, maxCertificateBytes);
  const fields = readExactly(tbs, (reader) => readTbsCertificate(reader, tolerance));
  requireSameAlgorithm(fields.signatureIdentifier, signatureIdentifier);
  return { der, tbs, ...fields, signature, ...(tolerance === undefined ? {} : { tolerance }) };
}

/** TBSCertificate of version 3, to be signed and then assembled. @throws NAT_X509_SERIAL NAT_X509_EXTENSIONS NAT_DER_TIME */
export function encodeTbsCertificate(fields: TbsCertificateFields): Uint8Array {
  const serialNumber = encodeInteger(fields.serialNumber);
  requireSerial(serialNumber.subarray(2));
  if (serialNumber[2] === 0 && serialNumber.length === 3) throw x509Error("NAT_X509_SERIAL", "zero");
  return encodeSequence(
    encodeTagged(0, encodeInteger(2)),
    serialNumber,
    fields.signatureIdentifier,
    fields.issuer,
    encodeSequence(encodeTime(fields.notBefore), encodeTime(fields.notAfter)),
    fields.subject,
    fields.publicKey,
    encodeTagged(3, encodeExtensions(fields.extensions)),
  );
}

/** RFC 5280 4.1.2.2; zero, which no authority may give, is read: users should be prepared for it. @throws NAT_X509_SERIAL */
function requireSerial(content: Uint8Array): void {
  const first = content[0] as number;
  if (first >= 0x80 || content.length > maxSerialOctets)
    throw x509Error("NAT_X509_SERIAL", `${content.length} octets, the first ${first}`);
}

function readTbsCertificate(
  reader: DerReader,
  tolerance?: CertificateTolerance,
): Omit<Certificate, "der" | "tbs" | "signature"> {
  const fields = reader.enter();
  const version = readVersion(fields);
  const serialNumber = fields.integer();
  requireSerial(serialNumber);
  const signatureIdentifier = readAlgorithmIdentifier(fields);
  const issuer = readIssuer(fields, tolerance);
  const outer = fields.descend();
  const notBefore = fields.time();
  const notAfter = fields.time();
  fields.ascend(outer);
  const subject = readName(fields, tolerance);
  const publicKey = readPublicKey(fields);
  if (version > 1) skipUniqueIdentifiers(fields);
  const extensions = readCertificateExtensions(fields, version);
  fields.end();
  return {
    version,
    serialNumber,
    signatureIdentifier,
    issuer,
    subject,
    notBefore,
    notAfter,
    publicKey,
    extensions,
  };
}

/** [0] EXPLICIT INTEGER DEFAULT v1, where 0 is v1: so 0 is never written. */
function readVersion(fields: DerReader): 1 | 2 | 3 {
  const explicit = fields.optional(contextTag(0));
  if (explicit === undefined) return 1;
  const number = explicit.smallInteger();
  explicit.end();
  if (number !== 1 && number !== 2) throw x509Error("NAT_X509_VERSION", `version number ${number}`);
  return number === 1 ? 2 : 3;
}

function readIssuer(fields: DerReader, tolerance?: CertificateTolerance): Name {
  const issuer = readName(fields, tolerance);
  if (issuer.relativeNames.length === 0) throw x509Error("NAT_X509_NAME", "the issuer is empty");
  return issuer;
}

/** issuerUniqueID [1] and subjectUniqueID [2]: nobody issues them, readers have to get past them (4.1.2.8). */
function skipUniqueIdentifiers(fields: DerReader): void {
  for (const tag of [contextTag(1, false), contextTag(2, false)]) if (fields.peekTag() === tag) fields.bitString(tag);
}

function readCertificateExtensions(fields: DerReader, version: number): Extension[] {
  const explicit = fields.optional(contextTag(3));
  if (explicit === undefined) return [];
  if (version !== 3) throw x509Error("NAT_X509_VERSION", `extensions in version ${version}`);
  const extensions = readExtensions(explicit);
  explicit.end();
  return extensions;
}
