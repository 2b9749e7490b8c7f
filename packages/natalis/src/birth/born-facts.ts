// SPDX-License-Identifier: Apache-2.0
// What the registry's row repeats of a birth, read from the birth's own documents. Births write it, audits compare it;
// record and certificate must speak of the same birth, or neither is believed.

import {
  type ArcOids,
  attributeValues,
  type Certificate,
  findExtension,
  oids,
  parseAuthorityKeyIdentifier,
  parseBirthExtension,
  parseCertificate,
} from "../formats/index.ts";
import { equalBytes, formatUuid, type Hash, toHex } from "../kernel/index.ts";
import type { BornBody, BornFacts, RecordedBirth } from "../registry/index.ts";
import { birthError } from "./errors.ts";
import { evidenceDigests } from "./evidence.ts";
import { factsHash } from "./facts.ts";
import { type BirthRecord, parseBirthRecord } from "./record.ts";

/** What the record alone says of the row. */
export type RecordedFacts = Omit<BornFacts, "certificateSerial" | "certificateHash">;

export interface DocumentContext {
  /** The OIDs of the registry's arc: the birth extension is one of them. */
  readonly oids: ArcOids;
  readonly hash: Hash;
}

/**
 * A reader of births' documents, as `auditLog` takes one. It throws NAT_BIRTH_DOCUMENTS where record and certificate
 * do not agree, NAT_BIRTH_RECORD, NAT_X509_… and NAT_DER_… where one of them is malformed.
 */
export function bornFactsReader(context: DocumentContext): (documents: BornBody) => RecordedBirth {
  return ({ record: encoded, certificate: der }) => {
    const record = parseBirthRecord(encoded);
    const certificate = parseCertificate(der);
    const recordHash = context.hash.sha256(encoded);
    requireSameBirth(record, recordHash, certificate, context);
    const evidence = evidenceDigests(record.evidence);
    return {
      ...recordedFacts(record, factsHash(record, context.hash), toHex(record.authorityKeyId)),
      certificateSerial: certificate.serialNumber,
      certificateHash: context.hash.sha256(der),
      ...(evidence.length > 0 && { evidence }),
    };
  };
}

/**
 * @param hashOfFacts SHA-256 of the record's facts
 * @param issuer the record's authority key id in hexadecimal
 */
export function recordedFacts(record: BirthRecord, hashOfFacts: Uint8Array, issuer: string): RecordedFacts {
  const { hardwareRevision } = record;
  return {
    id: record.deviceId,
    product: record.profile.product,
    maker: record.maker,
    model: record.model,
    serial: record.serial,
    ...(hardwareRevision !== undefined && { hardwareRevision }),
    facility: record.facility,
    station: record.station,
    custody: record.custody,
    keyHash: record.keyHash,
    factsHash: hashOfFacts,
    issuer,
    bornAt: record.bornAt,
  };
}

function requireSameBirth(
  record: BirthRecord,
  recordHash: Uint8Array,
  certificate: Certificate,
  { oids: own, hash }: DocumentContext,
): void {
  const extension = parseBirthExtension(extensionValue(certificate, own.birthExtension));
  const issuer = parseAuthorityKeyIdentifier(extensionValue(certificate, oids.authorityKeyIdentifier)).keyIdentifier;
  requireEqual("birth record", equalBytes(extension.birthRecord, recordHash));
  requireEqual("custody", extension.custody === record.custody);
  requireEqual("key", equalBytes(hash.sha256(certificate.publicKey), record.keyHash));
  requireEqual("authority", issuer !== undefined && equalBytes(issuer, record.authorityKeyId));
  requireEqual("time of birth", certificate.notBefore.getTime() === record.bornAt * 1000);
  requireAttribute(certificate, oids.organizationName, record.maker);
  requireAttribute(certificate, oids.organizationalUnitName, record.model);
  requireAttribute(certificate, oids.serialNumber, record.serial);
  requireAttribute(certificate, oids.commonName, formatUuid(record.deviceId));
}

function extensionValue(certificate: Certificate, oid: string): Uint8Array {
  const extension = findExtension(certificate, oid);
  if (extension === undefined) throw birthError("NAT_BIRTH_DOCUMENTS", `the certificate has no extension ${oid}`);
  return extension.value;
}

function requireAttribute({ subject }: Certificate, oid: string, due: string): void {
  const [value, second] = attributeValues(subject, oid);
  requireEqual(`subject attribute ${oid}`, value === due && second === undefined);
}

function requireEqual(what: string, isEqual: boolean): void {
  if (!isEqual) throw birthError("NAT_BIRTH_DOCUMENTS", `the ${what} differs`);
}
