// SPDX-License-Identifier: Apache-2.0
// Authority information access (RFC 5280 4.2.2.1): where the issuer's certificate and its OCSP service are.

import { type DerReader, encodeOid, encodeSequence, encodeSequenceOf, readExactly } from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { encodeGeneralName, type GeneralName, readGeneralName } from "./general-name.ts";

export interface AccessDescription {
  /** `oids.caIssuers`, `oids.ocsp` or another method. */
  readonly method: string;
  readonly location: GeneralName;
}

/** @throws NAT_X509_EXTENSION NAT_X509_GENERAL_NAME and the NAT_DER_ errors */
export function parseAuthorityInfoAccess(value: Uint8Array): readonly AccessDescription[] {
  return requireSome(readExactly(value, readDescriptions));
}

/** @throws NAT_X509_EXTENSION NAT_X509_GENERAL_NAME and the NAT_DER_ errors */
export function encodeAuthorityInfoAccess(descriptions: readonly AccessDescription[]): Uint8Array {
  return encodeSequenceOf(
    requireSome(descriptions).map(({ method, location }) =>
      encodeSequence(encodeOid(method), encodeGeneralName(location)),
    ),
  );
}

function readDescriptions(reader: DerReader): AccessDescription[] {
  const descriptions: AccessDescription[] = [];
  for (const list = reader.enter(); list.remaining > 0; ) descriptions.push(readDescription(list.enter()));
  return descriptions;
}

function readDescription(fields: DerReader): AccessDescription {
  const description = { method: fields.oid(), location: readGeneralName(fields) };
  fields.end();
  return description;
}

function requireSome(descriptions: readonly AccessDescription[]): readonly AccessDescription[] {
  if (descriptions.length === 0) throw x509Error("NAT_X509_EXTENSION", "no access description");
  return descriptions;
}
