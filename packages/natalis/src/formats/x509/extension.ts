// SPDX-License-Identifier: Apache-2.0
// The list of extensions that certificates, requests, CRLs and CRL entries share (RFC 5280 4.1 and 4.2). Values stay
// as they are; each extension has its own codec in a file of its name.

import {
  type DerReader,
  encodeBoolean,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSequenceOf,
  tags,
} from "../der/index.ts";
import { x509Error } from "./errors.ts";

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** Content of the OCTET STRING extnValue: the DER of the extension's own type. */
  readonly value: Uint8Array;
}

/** More than any certificate in the field has; keeps the search for duplicates cheap. */
const maxExtensions = 64;

/** Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension. @throws NAT_X509_EXTENSIONS and the NAT_DER_ errors */
export function readExtensions(reader: DerReader): Extension[] {
  const extensions: Extension[] = [];
  for (const list = reader.enter(); list.remaining > 0; ) {
    if (extensions.length === maxExtensions) throw x509Error("NAT_X509_EXTENSIONS", `more than ${maxExtensions}`);
    extensions.push(readExtension(list));
  }
  requireSet(extensions);
  return extensions;
}

/** @throws NAT_X509_EXTENSIONS where there are none, or one stands twice; NAT_DER_OID */
export function encodeExtensions(extensions: readonly Extension[]): Uint8Array {
  requireSet(extensions);
  return encodeSequenceOf(extensions.map(encodeExtension));
}

/** The extension with this OID, if it is there. */
export function findExtension(
  holder: { readonly extensions: readonly Extension[] },
  oid: string,
): Extension | undefined {
  for (const extension of holder.extensions) if (extension.oid === oid) return extension;
  return undefined;
}

function readExtension(list: DerReader): Extension {
  const outer = list.descend();
  const oid = list.oid();
  const critical = list.falseByDefault();
  const value = list.read(tags.octetString);
  list.ascend(outer);
  return { oid, critical, value };
}

function requireSet(extensions: readonly Extension[]): void {
  if (extensions.length === 0) throw x509Error("NAT_X509_EXTENSIONS", "an empty list");
  for (let i = 1; i < extensions.length; i++)
    for (let j = 0; j < i; j++)
      if (extensions[i]?.oid === extensions[j]?.oid)
        throw x509Error("NAT_X509_EXTENSIONS", `twice ${extensions[i]?.oid}`);
}

function encodeExtension({ oid, critical, value }: Extension): Uint8Array {
  const criticality = critical ? [encodeBoolean(true)] : [];
  return encodeSequence(encodeOid(oid), ...criticality, encodeOctetString(value));
}
