// SPDX-License-Identifier: Apache-2.0
// Evidence in certification requests: the attribute of draft-ietf-lamps-csr-attestation-25, whose layout is pinned here.
// Earlier drafts had more fields in a statement; those are not read.
//
//   id-aa-attestation OBJECT IDENTIFIER ::= 1.2.840.113549.1.9.16.2.59        one value
//   AttestationBundle ::= SEQUENCE {
//     attestations  SEQUENCE SIZE (1..MAX) OF AttestationStatement,
//     certs         SEQUENCE SIZE (1..MAX) OF LimitedCertChoices OPTIONAL }
//   AttestationStatement ::= SEQUENCE { type OBJECT IDENTIFIER, stmt ANY DEFINED BY type }
//   LimitedCertChoices ::= CHOICE { certificate Certificate, other [3] IMPLICIT OtherCertificateFormat }

import {
  checkDer,
  contextTag,
  type DerReader,
  encodeOid,
  encodeSequence,
  encodeSequenceOf,
  readExactly,
  tags,
} from "../der/index.ts";
import type { CertificationRequest } from "./certification-request.ts";
import { x509Error } from "./errors.ts";
import { oids } from "./object-identifiers.ts";
import { type RequestAttribute, singleValue } from "./request-attribute.ts";

export interface AttestationStatement {
  /** OID that defines the statement. */
  readonly type: string;
  /** Whole DER of the statement. */
  readonly statement: Uint8Array;
}

export interface AttestationBundle {
  /** At least one. */
  readonly attestations: readonly AttestationStatement[];
  /** DER of X.509 certificates that may help, in any order; those in other formats are passed over. */
  readonly certificates: readonly Uint8Array[];
}

const mostStatements = 16;
const mostCertificates = 32;

/** The evidence of a request, where it has the attribute. @throws NAT_X509_ATTRIBUTE and the NAT_DER_ errors */
export function attestationBundleOf({ attributes }: CertificationRequest): AttestationBundle | undefined {
  const attribute = attributes.find(({ oid }) => oid === oids.attestation);
  return attribute && parseAttestationBundle(singleValue(attribute));
}

/** The attribute that carries it. @throws NAT_X509_ATTRIBUTE, NAT_DER_OID */
export function attestationAttribute(bundle: AttestationBundle): RequestAttribute {
  return { oid: oids.attestation, values: [encodeAttestationBundle(bundle)] };
}

/** @throws NAT_X509_ATTRIBUTE, NAT_DER_OID */
export function encodeAttestationBundle({ attestations, certificates }: AttestationBundle): Uint8Array {
  requireCount("statements", attestations.length, mostStatements);
  const statements = attestations.map(({ type, statement }) => encodeSequence(encodeOid(type), statement));
  return encodeSequence(
    encodeSequenceOf(statements),
    ...(certificates.length === 0 ? [] : [encodeSequenceOf(certificates)]),
  );
}

/** @throws NAT_X509_ATTRIBUTE and the NAT_DER_ errors */
export function parseAttestationBundle(der: Uint8Array): AttestationBundle {
  return readExactly(der, (reader) => {
    const fields = reader.enter();
    const attestations = elementsOf(fields, "statements", mostStatements).map((element) =>
      readExactly(element, readStatement),
    );
    const choices = fields.remaining === 0 ? [] : elementsOf(fields, "certificates", mostCertificates);
    fields.end();
    return { attestations, certificates: choices.filter(isCertificate) };
  });
}

function elementsOf(fields: DerReader, what: string, most: number): Uint8Array[] {
  const elements = fields.enter().rest();
  requireCount(what, elements.length, most);
  return elements;
}

function readStatement(reader: DerReader): AttestationStatement {
  const fields = reader.enter();
  const type = fields.oid();
  const statement = fields.readRaw();
  checkDer(statement);
  fields.end();
  return { type, statement };
}

function isCertificate([tag]: Uint8Array): boolean {
  if (tag !== tags.sequence && tag !== contextTag(3))
    throw x509Error("NAT_X509_ATTRIBUTE", `a certificate of the kind ${tag}`);
  return tag === tags.sequence;
}

function requireCount(what: string, count: number, most: number): void {
  if (count === 0 || count > most) throw x509Error("NAT_X509_ATTRIBUTE", `${count} ${what}, from 1 to ${most}`);
}
