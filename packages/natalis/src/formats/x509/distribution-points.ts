// SPDX-License-Identifier: Apache-2.0
// Where revocation lists are found: CRL distribution points in certificates (RFC 5280 4.2.1.13), and what a list
// covers: the issuing distribution point in the list (5.2.5). All fields are read; written are URIs, and who signs lists
// for another authority.

import {
  contextTag,
  type DerReader,
  encodeBoolean,
  encodeSequence,
  encodeTagged,
  encodeTagLengthValue,
  readExactly,
  tags,
} from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { encodeGeneralNames, type GeneralName, readGeneralNames } from "./general-name.ts";
import { type Name, parseName } from "./name.ts";
import { readNamedBits } from "./named-bits.ts";

/** Names in all points of one extension: far more than any has, and it bounds what comparing two of them may cost. */
const mostNames = 32;

const reasonFlags = [
  "unused",
  "keyCompromise",
  "cACompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "certificateHold",
  "privilegeWithdrawn",
  "aACompromise",
] as const;

/** One bit of ReasonFlags, by its name in RFC 5280. */
export type RevocationReason = (typeof reasonFlags)[number];

/** Every reason there is: whoever covers these covers all (RFC 5280 6.3.2 c). Bit 0 is none. */
export const revocationReasons: readonly RevocationReason[] = reasonFlags.slice(1);

/** DistributionPointName: names in full, or what is to be added to the CRL issuer's name. */
export interface DistributionPointName {
  readonly fullName?: readonly GeneralName[];
  /** Content of nameRelativeToCRLIssuer: the attributes of one relative name. */
  readonly relativeName?: Uint8Array;
}

export interface DistributionPoint extends DistributionPointName {
  /** Reasons that the list covers; all if absent. */
  readonly reasons?: ReadonlySet<RevocationReason>;
  /** Who signs the list, if not the certificate's issuer. */
  readonly crlIssuer?: readonly GeneralName[];
}

export interface IssuingDistributionPoint extends DistributionPointName {
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCACerts: boolean;
  readonly onlySomeReasons?: ReadonlySet<RevocationReason>;
  readonly indirectCRL: boolean;
  readonly onlyContainsAttributeCerts: boolean;
}

/** What `encodeIssuingDistributionPoint` is given. */
export interface IssuingDistributionPointFields {
  readonly uris: readonly string[];
  readonly onlyContainsUserCerts?: boolean;
  readonly onlyContainsCACerts?: boolean;
  /** Whether its entries name issuers other than the list's. */
  readonly indirectCRL?: boolean;
}

/** @throws NAT_X509_EXTENSION NAT_X509_GENERAL_NAME and the NAT_DER_ errors */
export function parseCrlDistributionPoints(value: Uint8Array): readonly DistributionPoint[] {
  return readExactly(value, readDistributionPoints);
}

/**
 * One distribution point with all the URIs as its full name.
 * @param crlIssuer who signs the list, if not the certificate's issuer
 * @throws NAT_X509_GENERAL_NAME NAT_DER_STRING
 */
export function encodeCrlDistributionPoints(uris: readonly string[], crlIssuer?: Name): Uint8Array {
  const issuer = crlIssuer === undefined ? [] : [encodeCrlIssuer(crlIssuer)];
  return encodeSequence(encodeSequence(encodeFullName(uris), ...issuer));
}

/** The cRLIssuer of a distribution point: its last field. */
export function encodeCrlIssuer(value: Name): Uint8Array {
  return encodeGeneralNames([{ kind: "directoryName", value }], contextTag(2));
}

/** @throws NAT_X509_EXTENSION NAT_X509_GENERAL_NAME and the NAT_DER_ errors */
export function parseIssuingDistributionPoint(value: Uint8Array): IssuingDistributionPoint {
  return readExactly(value, readIssuingDistributionPoint);
}

/** @throws NAT_X509_GENERAL_NAME NAT_DER_STRING */
export function encodeIssuingDistributionPoint({
  uris,
  onlyContainsUserCerts = false,
  onlyContainsCACerts = false,
  indirectCRL = false,
}: IssuingDistributionPointFields): Uint8Array {
  return encodeSequence(
    encodeFullName(uris),
    ...(onlyContainsUserCerts ? [encodeBoolean(true, contextTag(1, false))] : []),
    ...(onlyContainsCACerts ? [encodeBoolean(true, contextTag(2, false))] : []),
    ...(indirectCRL ? [encodeBoolean(true, contextTag(4, false))] : []),
  );
}

/**
 * The names of a point: those in full, or the one that its relative name makes with the CRL issuer's (4.2.1.13).
 * @param issuer that the relative name is added to
 * @throws NAT_X509_NAME and the NAT_DER_ errors of a relative name that is none
 */
export function pointNames(
  { fullName, relativeName }: DistributionPointName,
  issuer: Name,
): readonly GeneralName[] | undefined {
  if (relativeName === undefined) return fullName;
  const above = readExactly(issuer.der, (reader) => reader.read(tags.sequence));
  const der = encodeSequence(above, encodeTagLengthValue(tags.set, relativeName));
  return [{ kind: "directoryName", value: parseName(der) }];
}

function readDistributionPoints(reader: DerReader): DistributionPoint[] {
  const points: DistributionPoint[] = [];
  let names = 0;
  for (const list = reader.enter(); list.remaining > 0; ) {
    const point = readDistributionPoint(list.enter());
    points.push(point);
    names += countNames(point);
    if (names > mostNames) throw x509Error("NAT_X509_EXTENSION", `more than ${mostNames} names of points`);
  }
  if (points.length === 0) throw x509Error("NAT_X509_EXTENSION", "no distribution point");
  return points;
}

/** RFC 5280 4.2.1.13: a point must not consist of reasons alone. */
function readDistributionPoint(fields: DerReader): DistributionPoint {
  const name = readPointName(fields);
  const reasons = readReasons(fields, contextTag(1, false));
  const issuer = fields.peekTag() === contextTag(2) ? { crlIssuer: readGeneralNames(fields, contextTag(2)) } : {};
  fields.end();
  if (name === undefined && !("crlIssuer" in issuer)) throw x509Error("NAT_X509_EXTENSION", "a point without a name");
  return { ...name, ...(reasons === undefined ? {} : { reasons }), ...issuer };
}

/** RFC 5280 5.2.5: the extension must not be empty, and at most one kind of certificates is covered alone. */
function readIssuingDistributionPoint(reader: DerReader): IssuingDistributionPoint {
  const fields = reader.enter();
  if (fields.remaining === 0) throw x509Error("NAT_X509_EXTENSION", "an empty issuing distribution point");
  const name = readPointName(fields);
  if (countNames(name ?? {}) > mostNames) throw x509Error("NAT_X509_EXTENSION", `more than ${mostNames} names`);
  const onlyContainsUserCerts = fields.defaultFalse(contextTag(1, false));
  const onlyContainsCACerts = fields.defaultFalse(contextTag(2, false));
  const onlySomeReasons = readReasons(fields, contextTag(3, false));
  const indirectCRL = fields.defaultFalse(contextTag(4, false));
  const onlyContainsAttributeCerts = fields.defaultFalse(contextTag(5, false));
  fields.end();
  if (Number(onlyContainsUserCerts) + Number(onlyContainsCACerts) + Number(onlyContainsAttributeCerts) > 1)
    throw x509Error("NAT_X509_EXTENSION", "only one kind of certificates, and only another one");
  const flags = { onlyContainsUserCerts, onlyContainsCACerts, indirectCRL, onlyContainsAttributeCerts };
  return { ...name, ...flags, ...(onlySomeReasons === undefined ? {} : { onlySomeReasons }) };
}

function readPointName(fields: DerReader): DistributionPointName | undefined {
  const explicit = fields.optional(contextTag(0));
  if (explicit === undefined) return undefined;
  const name =
    explicit.peekTag() === contextTag(0)
      ? { fullName: readGeneralNames(explicit, contextTag(0)) }
      : { relativeName: explicit.read(contextTag(1)) };
  explicit.end();
  return name;
}

function countNames({ fullName = [], relativeName, crlIssuer = [] }: DistributionPoint): number {
  return fullName.length + (relativeName === undefined ? 0 : 1) + crlIssuer.length;
}

function readReasons(fields: DerReader, tag: number): ReadonlySet<RevocationReason> | undefined {
  return fields.peekTag() === tag ? readNamedBits(fields, reasonFlags, { tag }) : undefined;
}

function encodeFullName(uris: readonly string[]): Uint8Array {
  const names = uris.map((value): GeneralName => ({ kind: "uri", value }));
  return encodeTagged(0, encodeGeneralNames(names, contextTag(0)));
}
