// SPDX-License-Identifier: Apache-2.0
// The names of a subject as texts that are equal exactly where the names are, one form apart from the other. So an
// expected name is found by looking it up, and nothing in a name can act as a pattern.

import {
  encodePermanentIdentifier,
  type GeneralName,
  isStringTag,
  lowerCaseAscii,
  type Mailbox,
  oids,
  parseMailbox,
  parsePermanentIdentifier,
} from "../../formats/index.ts";
import { isNatalisError, toHex } from "../../kernel/index.ts";
import { type CertificateNames, once } from "./certificate-names.ts";
import { otherNameKey } from "./name-form.ts";

export const identifiers = {
  dns: (name: string) => `dns ${lowerCaseAscii(name)}`,
  ip: (octets: Uint8Array) => `ip ${toHex(octets)}`,
  email: ({ localPart, host }: Mailbox) => `email ${localPart}@${host}`,
  uri: (uri: string) => `uri ${lowerCaseSchemeAndHost(uri)}`,
  otherName: (oid: string, value: Uint8Array) => `${otherNameKey(oid)} ${toHex(value)}`,
  serialNumber: (value: string) => `serialNumber ${value}`,
} as const;

/** Everything that the certificate says its subject is called, the common name apart (RFC 9525 2). */
export const identifiersOf: (names: CertificateNames) => ReadonlySet<string> = once((names) => {
  const serialNumber = soleSerialNumber(names);
  const own = serialNumber === undefined ? [] : [identifiers.serialNumber(serialNumber)];
  return new Set([...own, ...(names.subjectAltName ?? []).flatMap((name) => identifiersOfName(name, serialNumber))]);
});

/** The X.520 serialNumber attribute of the subject (IEEE 802.1AR-2018 8.6), where there is one and no other. */
function soleSerialNumber({ subject }: CertificateNames): string | undefined {
  const attributes = subject.relativeNames.flat().filter(({ oid }) => oid === oids.serialNumber);
  const [only] = attributes;
  return attributes.length === 1 && only !== undefined && isStringTag(only.tag) ? only.value : undefined;
}

function identifiersOfName(name: GeneralName, serialNumber: string | undefined): string[] {
  switch (name.kind) {
    case "dns":
    case "uri":
      return [identifiers[name.kind](name.value)];
    case "ip":
      return [identifiers.ip(name.value)];
    case "email": {
      const mailbox = parseMailbox(name.value);
      return mailbox === undefined ? [] : [identifiers.email(mailbox)];
    }
    case "otherName":
      return [identifiers.otherName(name.oid, completed(name, serialNumber))];
    default:
      return [];
  }
}

/** A permanent identifier without a value has the subject's serial number for it (RFC 4043 3): said in full. */
function completed({ oid, value }: { oid: string; value: Uint8Array }, serialNumber: string | undefined): Uint8Array {
  if (oid !== oids.permanentIdentifier || serialNumber === undefined || serialNumber === "") return value;
  try {
    return encodePermanentIdentifier({ value: serialNumber, ...parsePermanentIdentifier(value) });
  } catch (error) {
    // Malformed: it is no name that anybody expects.
    if (isNatalisError(error)) return value;
    throw error;
  }
}

/**
 * Steps 1 and 2 of RFC 5280 7.4. The steps after them, which find more spellings of one resource, are left out: what
 * is compared here says who somebody is, and its issuer can write it in one way.
 */
function lowerCaseSchemeAndHost(uri: string): string {
  const parts = /^([^:/?#]*:)(\/\/(?:[^/?#]*@)?)?([^/?#]*)/.exec(uri);
  if (parts === null) return uri;
  const [all, scheme = "", beforeHost = "", host = ""] = parts;
  const named = beforeHost === "" ? host : lowerCaseAscii(host);
  return `${lowerCaseAscii(scheme)}${beforeHost}${named}${uri.slice(all.length)}`;
}
