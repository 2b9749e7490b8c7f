// SPDX-License-Identifier: Apache-2.0
// Authority and subject key identifiers (RFC 5280 4.2.1.1, 4.2.1.2), which let a path builder find the right issuer.

import type { Hash } from "../../kernel/index.ts";
import { contextTag, type DerReader, encodeOctetString, encodeSequence, readExactly } from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { type GeneralName, readGeneralNames } from "./general-name.ts";

export interface AuthorityKeyIdentifier {
  readonly keyIdentifier?: Uint8Array;
  /** Stands together with the serial number or not at all. */
  readonly authorityCertIssuer?: readonly GeneralName[];
  /** Content octets of the INTEGER. */
  readonly authorityCertSerialNumber?: Uint8Array;
}

const identifierLength = 20;

/** RFC 7093 method 1: the leftmost 160 bits of SHA-256 over the key bits of a SubjectPublicKeyInfo. @throws the NAT_DER_ errors */
export function keyIdentifier(publicKey: Uint8Array, hash: Hash): Uint8Array {
  return hash.sha256(publicKeyBits(publicKey)).slice(0, identifierLength);
}

/** The key bits of a SubjectPublicKeyInfo, without tag, length and count of unused bits. @throws the NAT_DER_ errors */
export function publicKeyBits(publicKey: Uint8Array): Uint8Array {
  return readExactly(publicKey, readKeyBits);
}

/** @throws NAT_X509_EXTENSION where it is empty; the NAT_DER_ errors */
export function parseSubjectKeyIdentifier(value: Uint8Array): Uint8Array {
  const identifier = readExactly(value, (reader) => reader.octetString());
  if (identifier.length === 0) throw x509Error("NAT_X509_EXTENSION", "an empty subject key identifier");
  return identifier;
}

export function encodeSubjectKeyIdentifier(identifier: Uint8Array): Uint8Array {
  return encodeOctetString(identifier);
}

/** @throws NAT_X509_EXTENSION where issuer and serial do not stand together; the NAT_DER_ errors */
export function parseAuthorityKeyIdentifier(value: Uint8Array): AuthorityKeyIdentifier {
  return readExactly(value, readAuthorityKeyIdentifier);
}

/** The form that we issue: the issuer's subject key identifier and nothing else. */
export function encodeAuthorityKeyIdentifier(identifier: Uint8Array): Uint8Array {
  return encodeSequence(encodeOctetString(identifier, contextTag(0, false)));
}

function readKeyBits(reader: DerReader): Uint8Array {
  const fields = reader.enter();
  fields.enter();
  const bits = fields.bitStringOctets();
  fields.end();
  return bits;
}

function readAuthorityKeyIdentifier(reader: DerReader): AuthorityKeyIdentifier {
  const fields = reader.enter();
  const [identifierTag, issuerTag, serialTag] = [contextTag(0, false), contextTag(1), contextTag(2, false)];
  const identifier = fields.peekTag() === identifierTag ? { keyIdentifier: fields.octetString(identifierTag) } : {};
  const issuer = fields.peekTag() === issuerTag ? { authorityCertIssuer: readGeneralNames(fields, issuerTag) } : {};
  const serial = fields.peekTag() === serialTag ? { authorityCertSerialNumber: fields.integer(serialTag) } : {};
  fields.end();
  if ("authorityCertIssuer" in issuer !== "authorityCertSerialNumber" in serial)
    throw x509Error("NAT_X509_EXTENSION", "authority issuer and serial number do not stand together");
  return { ...identifier, ...issuer, ...serial };
}
