// SPDX-License-Identifier: Apache-2.0
// What an EST server asks of certification requests: CsrAttrs (RFC 7030 section 4.5.2, its syntax as RFC 8951
// section 4 puts it right, its meaning as RFC 9908 section 3). A list of OIDs and attributes in any order; types that
// are not known are kept as they are.

import { type DerReader, encodeOid, encodeSequenceOf, readExactly, tags } from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { oids } from "./object-identifiers.ts";
import { encodeRequestAttribute, readRequestAttribute, singleValue } from "./request-attribute.ts";

/** AttrOrOID. */
export interface CsrAttribute {
  readonly oid: string;
  /** Whole encodings of the values, perhaps none; absent: the OID stands alone. */
  readonly values?: readonly Uint8Array[];
}

const maxAttributes = 64;

/** Types of which a list may hold one, with one value (RFC 9908 sections 3.2 and 3.4). */
const singular: readonly string[] = [oids.extensionRequest, oids.certificationRequestInfoTemplate];

/** An empty list says that the server asks nothing. @throws NAT_X509_CSR_ATTRIBUTES NAT_X509_ATTRIBUTE NAT_DER_OID */
export function encodeCsrAttributes(attributes: readonly CsrAttribute[]): Uint8Array {
  return encodeSequenceOf(checked(attributes).map(encodeAttributeOrOid));
}

/** @throws NAT_X509_CSR_ATTRIBUTES NAT_X509_ATTRIBUTE and the NAT_DER_ errors */
export function parseCsrAttributes(der: Uint8Array): readonly CsrAttribute[] {
  return checked(readExactly(der, readCsrAttributes));
}

function encodeAttributeOrOid({ oid, values }: CsrAttribute): Uint8Array {
  return values === undefined ? encodeOid(oid) : encodeRequestAttribute({ oid, values });
}

function readCsrAttributes(reader: DerReader): CsrAttribute[] {
  const attributes: CsrAttribute[] = [];
  for (const list = reader.enter(); list.remaining > 0; ) {
    if (attributes.length === maxAttributes) throw x509Error("NAT_X509_CSR_ATTRIBUTES", `more than ${maxAttributes}`);
    attributes.push(list.peekTag() === tags.oid ? { oid: list.oid() } : readRequestAttribute(list));
  }
  return attributes;
}

function checked(attributes: readonly CsrAttribute[]): readonly CsrAttribute[] {
  for (const type of singular) {
    const [first, second] = attributes.filter(({ oid, values }) => oid === type && values !== undefined);
    if (second !== undefined) throw x509Error("NAT_X509_CSR_ATTRIBUTES", `${type} twice`);
    if (first?.values !== undefined) singleValue({ oid: type, values: first.values });
  }
  return attributes;
}
