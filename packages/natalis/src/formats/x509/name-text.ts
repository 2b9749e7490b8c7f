// SPDX-License-Identifier: Apache-2.0
// A distinguished name as text for people (RFC 4514): the last relative name first, what could be taken for its syntax
// escaped. It is for showing only: names are compared as RFC 5280 7.1 says, never by this text.

import { encodeUtf8, toHex } from "../../kernel/index.ts";
import { type DerReader, decodeString, isStringTag, readExactly } from "../der/index.ts";
import type { Name } from "./name.ts";
import { oids } from "./object-identifiers.ts";

/** Short names: the table of RFC 4514 section 3, and others that are registered as LDAP descriptors. */
const descriptors: Readonly<Record<string, string>> = {
  [oids.commonName]: "CN",
  [oids.surname]: "sn",
  [oids.serialNumber]: "serialNumber",
  [oids.countryName]: "C",
  [oids.localityName]: "L",
  [oids.stateOrProvinceName]: "ST",
  "2.5.4.9": "STREET",
  [oids.organizationName]: "O",
  [oids.organizationalUnitName]: "OU",
  [oids.title]: "title",
  [oids.givenName]: "givenName",
  [oids.dnQualifier]: "dnQualifier",
  [oids.organizationIdentifier]: "organizationIdentifier",
  [oids.emailAddress]: "emailAddress",
  [oids.userId]: "UID",
  [oids.domainComponent]: "DC",
};

/** What parts names and attributes, and control characters, which no reader can see; in a value these are escaped. */
const special = /[\p{Cc}"+,;<>\\]/gu;

/** Empty for a name without relative names (RFC 4514 2.1). */
export function formatName({ der }: Name): string {
  const relativeNames: string[] = [];
  readExactly(der, (reader) => {
    for (const names = reader.enter(); names.remaining > 0; ) relativeNames.push(formatRelativeName(names.setOf()));
  });
  return relativeNames.toReversed().join(",");
}

function formatRelativeName(attributes: readonly Uint8Array[]): string {
  return attributes.map((attribute) => readExactly(attribute, formatAttribute)).join("+");
}

/** Where the attribute has no short name or its value is no string, the value is in hexadecimal (RFC 4514 2.4). */
function formatAttribute(reader: DerReader): string {
  const fields = reader.enter();
  const oid = fields.oid();
  const descriptor = descriptors[oid];
  const tag = fields.peekTag() ?? 0;
  if (descriptor === undefined || !isStringTag(tag)) return `${descriptor ?? oid}=#${toHex(fields.readRaw())}`;
  return `${descriptor}=${escapeValue(decodeString(tag, fields.read(tag)))}`;
}

/** RFC 4514 2.4: a backslash before what has a meaning there, hexadecimal octets for what cannot be seen. */
function escapeValue(value: string): string {
  return value
    .replaceAll(special, escapeCharacter)
    .replace(/^[ #]/, "\\$&")
    .replace(/(?<!^\\?) $/, "\\ ");
}

function escapeCharacter(character: string): string {
  if (!/\p{Cc}/u.test(character)) return `\\${character}`;
  return Array.from(encodeUtf8(character), (octet) => `\\${toHex(Uint8Array.of(octet))}`).join("");
}
