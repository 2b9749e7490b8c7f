// SPDX-License-Identifier: Apache-2.0
// General names (RFC 5280 4.2.1.6): the CHOICE of nine kinds of names that several extensions carry.

import {
  checkDer,
  contextTag,
  type DerReader,
  encodeIa5String,
  encodeOctetString,
  encodeOid,
  encodeTagged,
  encodeTagLengthValue,
  readExactly,
  tags,
} from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { type Name, readName } from "./name.ts";
import type { CertificateTolerance } from "./tolerance.ts";

export type GeneralName =
  | { readonly kind: "email" | "dns" | "uri"; readonly value: string }
  /** 4 or 16 octets. */
  | { readonly kind: "ip"; readonly value: Uint8Array }
  | { readonly kind: "directoryName"; readonly value: Name }
  | { readonly kind: "registeredId"; readonly value: string }
  /** `value` is the whole encoding of the value that `oid` defines. */
  | { readonly kind: "otherName"; readonly oid: string; readonly value: Uint8Array }
  /** Kinds that nobody issues: content octets, unread. */
  | { readonly kind: "x400Address" | "ediPartyName"; readonly value: Uint8Array };

/** Tag of each kind in the CHOICE. */
export const kindTags = {
  otherName: contextTag(0),
  email: contextTag(1, false),
  dns: contextTag(2, false),
  x400Address: contextTag(3),
  directoryName: contextTag(4),
  ediPartyName: contextTag(5),
  uri: contextTag(6, false),
  ip: contextTag(7, false),
  registeredId: contextTag(8, false),
} as const;

const visible = /^[\x20-\x7e]+$/;

/** In one list: beyond the longest that anybody issues, and few enough to look at each of them. */
const maxNames = 16_384;

/** GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName. @throws NAT_X509_GENERAL_NAME and the NAT_DER_ errors */
export function readGeneralNames(
  reader: DerReader,
  tag: number = tags.sequence,
  tolerance?: CertificateTolerance,
): GeneralName[] {
  const names: GeneralName[] = [];
  for (const list = reader.enter(tag); list.remaining > 0 && names.length <= maxNames; )
    names.push(readGeneralName(list, tolerance));
  requireCount(names);
  return names;
}

/** @throws NAT_X509_GENERAL_NAME where there is none, too many, or one is malformed; the NAT_DER_ errors */
export function encodeGeneralNames(names: readonly GeneralName[], tag: number = tags.sequence): Uint8Array {
  requireCount(names);
  return encodeTagLengthValue(tag, ...names.map(encodeGeneralName));
}

/** @throws NAT_X509_GENERAL_NAME and the NAT_DER_ errors */
export function readGeneralName(reader: DerReader, tolerance?: CertificateTolerance): GeneralName {
  const tag: number = reader.peekTag() ?? 0;
  switch (tag) {
    case kindTags.otherName:
      return readOtherName(reader.enter(kindTags.otherName));
    case kindTags.email:
      return { kind: "email", value: requireText(reader.ia5(kindTags.email)) };
    case kindTags.dns:
      return { kind: "dns", value: requireText(reader.ia5(kindTags.dns)) };
    case kindTags.x400Address:
      return { kind: "x400Address", value: reader.read(kindTags.x400Address) };
    case kindTags.directoryName:
      return { kind: "directoryName", value: readDirectoryName(reader.read(kindTags.directoryName), tolerance) };
    case kindTags.ediPartyName:
      return { kind: "ediPartyName", value: reader.read(kindTags.ediPartyName) };
    case kindTags.uri:
      return { kind: "uri", value: requireText(reader.ia5(kindTags.uri)) };
    case kindTags.ip:
      return { kind: "ip", value: requireAddress(reader.octetString(kindTags.ip)) };
    case kindTags.registeredId:
      return { kind: "registeredId", value: reader.oid(kindTags.registeredId) };
    default:
      throw x509Error("NAT_X509_GENERAL_NAME", `tag ${tag}`);
  }
}

/** @throws NAT_X509_GENERAL_NAME and the NAT_DER_ errors */
export function encodeGeneralName(name: GeneralName): Uint8Array {
  const tag = kindTags[name.kind];
  switch (name.kind) {
    case "otherName":
      return encodeTagLengthValue(tag, encodeOid(name.oid), encodeTagged(0, name.value));
    case "email":
    case "dns":
    case "uri":
      return encodeIa5String(requireText(name.value), tag);
    case "ip":
      return encodeOctetString(requireAddress(name.value), tag);
    case "directoryName":
      return encodeTagLengthValue(tag, name.value.der);
    case "registeredId":
      return encodeOid(name.value, tag);
    case "x400Address":
    case "ediPartyName":
      return encodeTagLengthValue(tag, name.value);
  }
}

/** The URIs among general names, in their order. */
export function urisOf(names: readonly GeneralName[]): string[] {
  return names.flatMap((name) => (name.kind === "uri" ? [name.value] : []));
}

function readDirectoryName(explicit: Uint8Array, tolerance?: CertificateTolerance): Name {
  return readExactly(explicit, (reader) => readName(reader, tolerance));
}

function readOtherName(fields: DerReader): GeneralName {
  const oid = fields.oid();
  const value = readExactly(fields.read(contextTag(0)), (explicit) => explicit.readRaw());
  checkDer(value);
  fields.end();
  return { kind: "otherName", oid, value };
}

/** Visible ASCII: a control character or NUL in a host name is an attack on whoever prints or compares it. */
function requireText(text: string): string {
  if (!visible.test(text)) throw x509Error("NAT_X509_GENERAL_NAME", `${text.length} characters, empty or not visible`);
  return text;
}

function requireAddress(address: Uint8Array): Uint8Array {
  if (address.length !== 4 && address.length !== 16)
    throw x509Error("NAT_X509_GENERAL_NAME", `IP address of ${address.length} octets`);
  return address;
}

function requireCount({ length }: readonly GeneralName[]): void {
  if (length === 0 || length > maxNames) throw x509Error("NAT_X509_GENERAL_NAME", `a list of ${length} names`);
}
