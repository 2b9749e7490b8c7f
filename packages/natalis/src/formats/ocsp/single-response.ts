// SPDX-License-Identifier: Apache-2.0
// SingleResponse (RFC 6960 4.2.1): what a response says of one certificate, with the extensions of 4.4 that say more.

import { contextTag, type DerReader, readExactly, tags } from "../der/index.ts";
import { type Extension, findExtension, oids } from "../x509/index.ts";
import { readExtensions } from "../x509/extension.ts";
import { isCrlReason } from "../x509/revoked-certificate.ts";
import { type CertificateId, readCertificateId } from "./certificate-id.ts";
import { ocspFormatError } from "./errors.ts";

export type OcspStatus =
  | { readonly state: "good" }
  | {
      readonly state: "revoked";
      readonly revokedAt: Date;
      /** CRLReason (RFC 5280 5.3.1), where the responder says. */
      readonly reason?: number;
    }
  /** The responder does not know of the certificate. */
  | { readonly state: "unknown" };

/** The revocation list that an answer was taken from (4.4.2). */
export interface CrlReference {
  readonly url?: string;
  readonly number?: bigint;
  readonly time?: Date;
}

export interface SingleResponse {
  readonly id: CertificateId;
  readonly status: OcspStatus;
  readonly thisUpdate: Date;
  /** Absent: newer information can be had at any time (4.2.2.1). */
  readonly nextUpdate: Date | undefined;
  readonly extensions: readonly Extension[];
  /** How far back the responder knows of certificates that have expired since (4.4.4). */
  readonly archiveCutoff?: Date;
  readonly crlReference?: CrlReference;
  /** When the key is known or suspected to have been compromised (RFC 5280 5.3.2, RFC 6960 4.4.5). */
  readonly invalidityDate?: Date;
}

const maxNumberOctets = 20;

/** @throws NAT_OCSP_FORM NAT_X509_EXTENSIONS and the NAT_DER_ errors */
export function readSingleResponse(list: DerReader): SingleResponse {
  const fields = list.enter();
  const id = readCertificateId(fields);
  const status = readStatus(fields);
  const thisUpdate = fields.generalizedTime();
  const nextUpdate = readExplicitTime(fields, 0);
  const extensions = readOptionalExtensions(fields);
  fields.end();
  return { id, status, thisUpdate, nextUpdate, extensions, ...readKnownExtensions(extensions) };
}

/** [1] EXPLICIT Extensions OPTIONAL, as responses and single responses have it. @throws as readSingleResponse */
export function readOptionalExtensions(fields: DerReader): Extension[] {
  const explicit = fields.optional(contextTag(1));
  if (explicit === undefined) return [];
  const extensions = readExtensions(explicit);
  explicit.end();
  return extensions;
}

/** CHOICE of good [0] and unknown [2], both an implicit NULL, and revoked [1], an implicit RevokedInfo. */
function readStatus(fields: DerReader): OcspStatus {
  const tag = fields.peekTag();
  if (tag === contextTag(1)) return readRevoked(fields.enter(contextTag(1)));
  const state = tag === contextTag(2, false) ? "unknown" : "good";
  const content = fields.read(contextTag(state === "good" ? 0 : 2, false));
  if (content.length > 0) throw ocspFormatError("NAT_OCSP_FORM", `a status with ${content.length} octets of content`);
  return { state };
}

function readRevoked(fields: DerReader): OcspStatus {
  const revokedAt = fields.generalizedTime();
  const explicit = fields.optional(contextTag(0));
  const reason = explicit?.smallInteger(tags.enumerated);
  explicit?.end();
  fields.end();
  if (reason === undefined) return { state: "revoked", revokedAt };
  if (!isCrlReason(reason)) throw ocspFormatError("NAT_OCSP_FORM", `reason ${reason}`);
  return { state: "revoked", revokedAt, reason };
}

function readExplicitTime(fields: DerReader, tag: number): Date | undefined {
  const explicit = fields.optional(contextTag(tag));
  const time = explicit?.generalizedTime();
  explicit?.end();
  return time;
}

function readKnownExtensions(extensions: readonly Extension[]): Partial<SingleResponse> {
  const archiveCutoff = timeIn(extensions, oids.ocspArchiveCutoff);
  const invalidityDate = timeIn(extensions, oids.invalidityDate);
  const reference = findExtension({ extensions }, oids.ocspCrl);
  return {
    ...(archiveCutoff === undefined ? {} : { archiveCutoff }),
    ...(invalidityDate === undefined ? {} : { invalidityDate }),
    ...(reference === undefined ? {} : { crlReference: readExactly(reference.value, readCrlReference) }),
  };
}

function timeIn(extensions: readonly Extension[], oid: string): Date | undefined {
  const extension = findExtension({ extensions }, oid);
  return extension && readExactly(extension.value, (reader) => reader.generalizedTime());
}

/** CrlID: url [0], number [1] and time [2], all explicit and optional. */
function readCrlReference(reader: DerReader): CrlReference {
  const fields = reader.enter();
  const url = readExplicit(fields, 0, (explicit) => explicit.ia5());
  const number = readExplicit(fields, 1, (explicit) => explicit.unsigned(maxNumberOctets));
  const time = readExplicitTime(fields, 2);
  fields.end();
  return {
    ...(url === undefined ? {} : { url }),
    ...(number === undefined ? {} : { number }),
    ...(time === undefined ? {} : { time }),
  };
}

function readExplicit<T>(fields: DerReader, tag: number, read: (explicit: DerReader) => T): T | undefined {
  const explicit = fields.optional(contextTag(tag));
  if (explicit === undefined) return undefined;
  const value = read(explicit);
  explicit.end();
  return value;
}
