// SPDX-License-Identifier: Apache-2.0
// PKCS#10 certification requests (RFC 2986) with the extensionRequest attribute (RFC 2985 5.4.2). That the request
// signs itself is for `birth` to check: nothing here touches a key.

import { contextTag, type DerReader, encodeInteger, encodeSequence, encodeSetOf, readExactly } from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { encodeExtensions, type Extension, readExtensions } from "./extension.ts";
import { type Name, readName } from "./name.ts";
import { oids } from "./object-identifiers.ts";
import {
  encodeRequestAttribute,
  type RequestAttribute,
  readRequestAttributes,
  singleValue,
} from "./request-attribute.ts";
import { openSigned, readPublicKey } from "./signed.ts";

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
  /** Beside extensionRequest. */
  readonly attributes?: readonly RequestAttribute[];
}

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
  attributes = [],
}: CertificationRequestFields): Uint8Array {
  const requested = extensions.length === 0 ? [] : [encodeExtensionRequest(extensions)];
  const all = [...requested, ...attributes.map(encodeRequestAttribute)];
  return encodeSequence(encodeInteger(0), subject, publicKey, encodeSetOf(all, contextTag(0)));
}

function readRequestInfo(reader: DerReader): Pick<CertificationRequest, "subject" | "publicKey" | "attributes"> {
  const fields = reader.enter();
  const version = fields.smallInteger();
  if (version !== 0) throw x509Error("NAT_X509_VERSION", `version number ${version}`);
  const subject = readName(fields);
  const publicKey = readPublicKey(fields);
  // Not optional, but it may be empty.
  const attributes = readRequestAttributes(fields, contextTag(0));
  fields.end();
  return { subject, publicKey, attributes };
}

function extensionsOf(attributes: readonly RequestAttribute[]): readonly Extension[] {
  const request = attributes.find(({ oid }) => oid === oids.extensionRequest);
  return request === undefined ? [] : readExactly(singleValue(request), readExtensions);
}

function encodeExtensionRequest(extensions: readonly Extension[]): Uint8Array {
  return encodeRequestAttribute({ oid: oids.extensionRequest, values: [encodeExtensions(extensions)] });
}
