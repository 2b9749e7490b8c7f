// SPDX-License-Identifier: Apache-2.0
// CertificationRequestInfoTemplate (RFC 9908 section 3.4): a certification request with the parts left open that the
// client fills in. It is the value of the attribute certificationRequestInfoTemplate in CsrAttrs. Extensions that are
// left open are asked for by the attribute extensionReqTemplate within, whose value has a codec of its own here.

import {
  checkDer,
  contextTag,
  type DerReader,
  encodeBitString,
  encodeBoolean,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSequenceOf,
  encodeSetOf,
  encodeTagLengthValue,
  readExactly,
  tags,
} from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { oids } from "./object-identifiers.ts";
import {
  encodeRequestAttribute,
  type RequestAttribute,
  readRequestAttributes,
  singleValue,
} from "./request-attribute.ts";
import { readAlgorithmIdentifier } from "./signed.ts";

export interface NameAttributeTemplate {
  readonly oid: string;
  /** DER of the value; absent: the client fills it in. */
  readonly value?: Uint8Array;
}

export interface PublicKeyTemplate {
  /** DER AlgorithmIdentifier of the key. */
  readonly algorithm: Uint8Array;
  /** A key that shows the length of an RSA modulus and is no key of anyone; with other algorithms absent. */
  readonly placeholder?: Uint8Array;
}

export interface RequestTemplate {
  /** Relative names from the root down, each a set; absent: any subject. */
  readonly subject?: readonly (readonly NameAttributeTemplate[])[];
  /** Absent: any key. */
  readonly publicKey?: PublicKeyTemplate;
  readonly attributes: readonly RequestAttribute[];
}

export interface ExtensionTemplate {
  readonly oid: string;
  readonly critical: boolean;
  /** Absent: the client fills it in. */
  readonly value?: Uint8Array;
}

const version = 0;
const maxExtensions = 64;

/** @throws NAT_X509_ATTRIBUTE NAT_X509_CSR_ATTRIBUTES NAT_DER_OID */
export function encodeRequestTemplate({ subject, publicKey, attributes }: RequestTemplate): Uint8Array {
  requireOneKindOfExtensions(attributes);
  return encodeSequence(
    encodeInteger(version),
    ...(subject === undefined ? [] : [encodeSequenceOf(subject.map(encodeRelativeName))]),
    ...(publicKey === undefined ? [] : [encodePublicKeyTemplate(publicKey)]),
    encodeSetOf(attributes.map(encodeRequestAttribute), contextTag(1)),
  );
}

/** @throws NAT_X509_VERSION NAT_X509_NAME NAT_X509_ATTRIBUTE NAT_X509_CSR_ATTRIBUTES and the NAT_DER_ errors */
export function parseRequestTemplate(der: Uint8Array): RequestTemplate {
  return readExactly(der, readTemplate);
}

/** The value of the attribute extensionReqTemplate. @throws NAT_X509_EXTENSIONS NAT_DER_OID */
export function encodeExtensionTemplates(templates: readonly ExtensionTemplate[]): Uint8Array {
  return encodeSequenceOf(requireSet(templates).map(encodeExtensionTemplate));
}

/** @throws NAT_X509_EXTENSIONS and the NAT_DER_ errors */
export function parseExtensionTemplates(der: Uint8Array): readonly ExtensionTemplate[] {
  return requireSet(readExactly(der, readExtensionTemplates));
}

function encodeRelativeName(attributes: readonly NameAttributeTemplate[]): Uint8Array {
  return encodeSetOf(attributes.map(({ oid, value }) => encodeSequence(encodeOid(oid), ...(value ? [value] : []))));
}

/** [0] IMPLICIT, so the tag stands in the place of the SEQUENCE's. */
function encodePublicKeyTemplate({ algorithm, placeholder }: PublicKeyTemplate): Uint8Array {
  return encodeTagLengthValue(contextTag(0), algorithm, ...(placeholder ? [encodeBitString(placeholder)] : []));
}

function encodeExtensionTemplate({ oid, critical, value }: ExtensionTemplate): Uint8Array {
  return encodeSequence(
    encodeOid(oid),
    ...(critical ? [encodeBoolean(true)] : []),
    ...(value === undefined ? [] : [encodeOctetString(value)]),
  );
}

function readTemplate(reader: DerReader): RequestTemplate {
  const fields = reader.enter();
  const number = fields.smallInteger();
  if (number !== version) throw x509Error("NAT_X509_VERSION", `version number ${number}`);
  const names = fields.optional(tags.sequence);
  const subject = names && readRelativeNames(names);
  const key = fields.optional(contextTag(0));
  const publicKey = key && readPublicKeyTemplate(key);
  const attributes = readRequestAttributes(fields, contextTag(1));
  fields.end();
  requireOneKindOfExtensions(attributes);
  return { ...(subject && { subject }), ...(publicKey && { publicKey }), attributes };
}

function readRelativeNames(names: DerReader): (readonly NameAttributeTemplate[])[] {
  return names.rest().map((relativeName) => {
    const attributes = readExactly(relativeName, (reader) => reader.setOf());
    if (attributes.length === 0) throw x509Error("NAT_X509_NAME", "a relative name without attributes");
    return attributes.map((attribute) => readExactly(attribute, readNameAttribute));
  });
}

function readNameAttribute(reader: DerReader): NameAttributeTemplate {
  const fields = reader.enter();
  const oid = fields.oid();
  if (fields.remaining === 0) return { oid };
  const value = fields.readRaw();
  checkDer(value);
  fields.end();
  return { oid, value };
}

function readPublicKeyTemplate(fields: DerReader): PublicKeyTemplate {
  const algorithm = readAlgorithmIdentifier(fields);
  if (fields.remaining === 0) return { algorithm };
  const placeholder = fields.bitStringOctets();
  fields.end();
  return { algorithm, placeholder };
}

function readExtensionTemplates(reader: DerReader): ExtensionTemplate[] {
  return reader
    .enter()
    .rest()
    .map((element) => readExactly(element, readExtensionTemplate));
}

function readExtensionTemplate(reader: DerReader): ExtensionTemplate {
  const fields = reader.enter();
  const oid = fields.oid();
  const critical = fields.defaultFalse();
  if (fields.remaining === 0) return { oid, critical };
  const value = fields.octetString();
  fields.end();
  return { oid, critical, value };
}

/** Whole extensions or templates of them, once, and not both. */
function requireOneKindOfExtensions(attributes: readonly RequestAttribute[]): void {
  const asking = attributes.filter(({ oid }) => oid === oids.extensionRequest || oid === oids.extensionReqTemplate);
  if (asking.length > 1) throw x509Error("NAT_X509_CSR_ATTRIBUTES", "extensions are asked for twice");
  for (const attribute of asking) singleValue(attribute);
}

function requireSet(templates: readonly ExtensionTemplate[]): readonly ExtensionTemplate[] {
  if (templates.length === 0 || templates.length > maxExtensions)
    throw x509Error("NAT_X509_EXTENSIONS", `${templates.length} of 1 to ${maxExtensions}`);
  if (new Set(templates.map(({ oid }) => oid)).size !== templates.length)
    throw x509Error("NAT_X509_EXTENSIONS", "the same extension twice");
  return templates;
}
