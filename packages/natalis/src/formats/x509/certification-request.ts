// SPDX-License-Identifier: Apache-2.0
// PKCS#10 certification requests (RFC 2986) with the extensionRequest attribute (RFC 2985 5.4.2). That the request
// signs itself is for `birth` to check: nothing here touches a key.

import {
  checkDer,
  contextTag,
  type DerReader,
  encodeInteger,
  encodeOid,
  encodeSequence,
  encodeSetOf,
  readExactly,
} from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { encodeExtensions, type Extension, readExtensions } from "./extension.ts";
import { type Name, readName } from "./name.ts";
import { oids } from "./object-identifiers.ts";
import { openSigned, readPublicKey } from "./signed.ts";

export interface RequestAttribute {
  readonly oid: string;
  /** Whole encodings of the values, at least one. */
  readonly values: readonly Uint8Array[];
}

export interface CertificationRequest {
  readonly der: Uint8Array;
  /** What the signature is over: the whole encoding of CertificationRequestInfo. */
  readonly info: Uint8Array;
  /** May be empty. */
  readonly subject: Name;
  /** DER SubjectPublicKeyInfo of any algorithm. */
  readonly publicKey: Uint8Array;
  /** None twice; extensionRequest is among them. */
  readonly attributes: readonly RequestAttribute[];
  /** Those of the extensionRequest attribute; empty without it. */
  readonly requestedExtensions: readonly Extension[];
  /** DER AlgorithmIdentifier of the signature. */
  readonly signatureIdentifier: Uint8Array;
  /** As X.509 carries it (ECDSA: DER). */
  readonly signature: Uint8Array;
}

/** What `encodeCertificationRequestInfo` is given. */
export interface CertificationRequestFields {
  /** DER Name. */
  readonly subject: Uint8Array;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly extensions?: readonly Extension[];
}

const maxAttributes = 32;

/**
 * Parses one request; all byte strings in the result are views of `der`.
 * @throws NAT_X509_VERSION NAT_X509_ATTRIBUTE NAT_X509_NAME NAT_X509_EXTENSIONS and the NAT_DER_ errors
 */
export function parseCertificationRequest(der: Uint8Array): CertificationRequest {
  const { tbs: info, signatureIdentifier, signature } = openSigned(der);
  const { subject, publicKey, attributes } = readExactly(info, readRequestInfo);
  const requestedExtensions = extensionsOf(attributes);
  return { der, info, subject, publicKey, attributes, requestedExtensions, signatureIdentifier, signature };
}

/** CertificationRequestInfo, to be signed by the subject's key and then assembled. @throws NAT_X509_EXTENSIONS */
export function encodeCertificationRequestInfo({
  subject,
  publicKey,
  extensions = [],
}: CertificationRequestFields): Uint8Array {
  const attributes = extensions.length === 0 ? [] : [encodeExtensionRequest(extensions)];
  return encodeSequence(encodeInteger(0), subject, publicKey, encodeSetOf(attributes, contextTag(0)));
}

function readRequestInfo(reader: DerReader): Pick<CertificationRequest, "subject" | "publicKey" | "attributes"> {
  const fields = reader.enter();
  const version = fields.smallInteger();
  if (version !== 0) throw x509Error("NAT_X509_VERSION", `version number ${version}`);
  const subject = readName(fields);
  const publicKey = readPublicKey(fields);
  const attributes = readAttributes(fields);
  fields.end();
  return { subject, publicKey, attributes };
}

/** attributes [0] IMPLICIT SET OF Attribute: not optional, but it may be empty. */
function readAttributes(fields: DerReader): RequestAttribute[] {
  const elements = fields.setOf(contextTag(0));
  if (elements.length > maxAttributes) throw x509Error("NAT_X509_ATTRIBUTE", `more than ${maxAttributes}`);
  const attributes = elements.map((element) => readExactly(element, readAttribute));
  if (new Set(attributes.map(({ oid }) => oid)).size !== attributes.length)
    throw x509Error("NAT_X509_ATTRIBUTE", "the same attribute twice");
  return attributes;
}

function readAttribute(reader: DerReader): RequestAttribute {
  const fields = reader.enter();
  const oid = fields.oid();
  const values = fields.setOf();
  fields.end();
  if (values.length === 0) throw x509Error("NAT_X509_ATTRIBUTE", `${oid} without a value`);
  for (const value of values) checkDer(value);
  return { oid, values };
}

function extensionsOf(attributes: readonly RequestAttribute[]): readonly Extension[] {
  const request = attributes.find(({ oid }) => oid === oids.extensionRequest);
  if (request === undefined) return [];
  const [value, second] = request.values;
  if (value === undefined || second !== undefined)
    throw x509Error("NAT_X509_ATTRIBUTE", "extensionRequest is single-valued");
  return readExactly(value, readExtensions);
}

function encodeExtensionRequest(extensions: readonly Extension[]): Uint8Array {
  return encodeSequence(encodeOid(oids.extensionRequest), encodeSetOf([encodeExtensions(extensions)]));
}
