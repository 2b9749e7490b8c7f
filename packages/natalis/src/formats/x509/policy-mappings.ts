// SPDX-License-Identifier: Apache-2.0
// Policy mappings (RFC 5280 4.2.1.5): which policies of the subject's domain its issuer holds equal to its own.

import { type DerReader, encodeOid, encodeSequence, encodeSequenceOf, readExactly } from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { oids } from "./object-identifiers.ts";

export interface PolicyMapping {
  readonly issuerDomainPolicy: string;
  readonly subjectDomainPolicy: string;
}

/** Far more than any authority maps; what is mapped multiplies the work on every path below. */
const maxMappings = 256;

/** In their order. @throws NAT_X509_EXTENSION where there is none, too many, or one from or to anyPolicy; the NAT_DER_ errors */
export function parsePolicyMappings(value: Uint8Array): readonly PolicyMapping[] {
  return requireMappings(readExactly(value, readMappings));
}

/** @throws NAT_X509_EXTENSION as above; NAT_DER_OID */
export function encodePolicyMappings(mappings: readonly PolicyMapping[]): Uint8Array {
  return encodeSequenceOf(
    requireMappings(mappings).map(({ issuerDomainPolicy, subjectDomainPolicy }) =>
      encodeSequence(encodeOid(issuerDomainPolicy), encodeOid(subjectDomainPolicy)),
    ),
  );
}

function readMappings(reader: DerReader): PolicyMapping[] {
  const mappings: PolicyMapping[] = [];
  for (const list = reader.enter(); list.remaining > 0; ) {
    if (mappings.length === maxMappings) throw x509Error("NAT_X509_EXTENSION", `more than ${maxMappings} mappings`);
    mappings.push(readMapping(list.enter()));
  }
  return mappings;
}

function readMapping(fields: DerReader): PolicyMapping {
  const mapping = { issuerDomainPolicy: fields.oid(), subjectDomainPolicy: fields.oid() };
  fields.end();
  return mapping;
}

/** RFC 5280 4.2.1.5 and 6.1.4 (a): policies are not mapped to or from anyPolicy. */
function requireMappings(mappings: readonly PolicyMapping[]): readonly PolicyMapping[] {
  if (mappings.length === 0) throw x509Error("NAT_X509_EXTENSION", "no policy mapping");
  for (const { issuerDomainPolicy, subjectDomainPolicy } of mappings)
    if (issuerDomainPolicy === oids.anyPolicy || subjectDomainPolicy === oids.anyPolicy)
      throw x509Error("NAT_X509_EXTENSION", "a mapping from or to anyPolicy");
  return mappings;
}
