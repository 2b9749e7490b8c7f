// SPDX-License-Identifier: Apache-2.0
// Permanent identifier (RFC 4043 section 3): an otherName that stays with its subject from certificate to certificate.

import { type DerReader, encodeOid, encodeSequence, encodeUtf8String, readExactly, tags } from "../der/index.ts";
import { x509Error } from "./errors.ts";
import type { GeneralName } from "./general-name.ts";
import { oids } from "./object-identifiers.ts";

export interface PermanentIdentifier {
  /** identifierValue; absent where the subject's one serialNumber attribute is the value. */
  readonly value?: string;
  /** OID of the organisation that assigns the values; absent where the certificate's issuer does. */
  readonly assigner?: string;
}

/** Reads the value of an otherName `oids.permanentIdentifier`. @throws NAT_X509_GENERAL_NAME and the NAT_DER_ errors */
export function parsePermanentIdentifier(value: Uint8Array): PermanentIdentifier {
  return requireValue(readExactly(value, readPermanentIdentifier));
}

/** The value alone. @throws NAT_X509_GENERAL_NAME NAT_DER_STRING NAT_DER_OID */
export function encodePermanentIdentifier(identifier: PermanentIdentifier): Uint8Array {
  const { value, assigner } = requireValue(identifier);
  return encodeSequence(
    ...(value === undefined ? [] : [encodeUtf8String(value)]),
    ...(assigner === undefined ? [] : [encodeOid(assigner)]),
  );
}

/** A permanent identifier as it stands in subjectAltName. @throws as `encodePermanentIdentifier` */
export function permanentIdentifierGeneralName(identifier: PermanentIdentifier): GeneralName {
  return { kind: "otherName", oid: oids.permanentIdentifier, value: encodePermanentIdentifier(identifier) };
}

function readPermanentIdentifier(reader: DerReader): PermanentIdentifier {
  const fields = reader.enter();
  const value = fields.peekTag() === tags.utf8String ? { value: fields.utf8() } : {};
  const assigner = fields.remaining > 0 ? { assigner: fields.oid() } : {};
  fields.end();
  return { ...value, ...assigner };
}

/** An empty value names nothing, and could be taken for an absent one. */
function requireValue(identifier: PermanentIdentifier): PermanentIdentifier {
  if (identifier.value === "") throw x509Error("NAT_X509_GENERAL_NAME", "a permanent identifier of no characters");
  return identifier;
}
