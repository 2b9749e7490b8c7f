// SPDX-License-Identifier: Apache-2.0
// Attribute as certification requests have it (RFC 2986 section 4.1): a type and a set of values of any kind. What a
// server asks of requests is made of the same (RFC 9908), where a type may come without values.

import { checkDer, type DerReader, encodeOid, encodeSequence, encodeSetOf, readExactly } from "../der/index.ts";
import { x509Error } from "./errors.ts";

export interface RequestAttribute {
  readonly oid: string;
  /** Whole encodings of the values. */
  readonly values: readonly Uint8Array[];
}

const maxAttributes = 32;

export function encodeRequestAttribute({ oid, values }: RequestAttribute): Uint8Array {
  return encodeSequence(encodeOid(oid), encodeSetOf(values));
}

/** IMPLICIT SET OF Attribute, none twice, each with a value. @throws NAT_X509_ATTRIBUTE and the NAT_DER_ errors */
export function readRequestAttributes(fields: DerReader, tag: number): RequestAttribute[] {
  const elements = fields.setOf(tag);
  if (elements.length > maxAttributes) throw x509Error("NAT_X509_ATTRIBUTE", `more than ${maxAttributes}`);
  const attributes = elements.map((element) => readExactly(element, readRequestAttribute));
  if (new Set(attributes.map(({ oid }) => oid)).size !== attributes.length)
    throw x509Error("NAT_X509_ATTRIBUTE", "the same attribute twice");
  const empty = attributes.find(({ values }) => values.length === 0);
  if (empty !== undefined) throw x509Error("NAT_X509_ATTRIBUTE", `${empty.oid} without a value`);
  return attributes;
}

/** One Attribute, with values or without. @throws the NAT_DER_ errors */
export function readRequestAttribute(reader: DerReader): RequestAttribute {
  const fields = reader.enter();
  const oid = fields.oid();
  const values = fields.setOf();
  fields.end();
  for (const value of values) checkDer(value);
  return { oid, values };
}

/** The one value of an attribute that may have no more. @throws NAT_X509_ATTRIBUTE */
export function singleValue({ oid, values }: RequestAttribute): Uint8Array {
  const [value, second] = values;
  if (value === undefined || second !== undefined) throw x509Error("NAT_X509_ATTRIBUTE", `${oid} is single-valued`);
  return value;
}
