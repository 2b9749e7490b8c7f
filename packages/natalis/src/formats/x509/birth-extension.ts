// SPDX-License-Identifier: Apache-2.0
// The birth extension of a birth certificate, never critical: what the certificate commits to beyond its own fields.
//   BirthExtension ::= SEQUENCE { version INTEGER (1), custody INTEGER (0..4), birthRecord OCTET STRING (SIZE (32)) }

import { errorFactory } from "../../kernel/index.ts";
import { type DerReader, encodeInteger, encodeOctetString, encodeSequence, readExactly } from "../der/index.ts";

export const birthExtensionErrors = {
  NAT_X509_BIRTH_EXTENSION: "The birth extension is not of the form this version knows.",
} as const;

const fail = errorFactory(birthExtensionErrors);
const version = 1;
const highestCustody = 4;
const digestLength = 32;

export interface BirthExtension {
  /** Custody level, 0 (software) to 4 (attested and certified). */
  readonly custody: number;
  /** SHA-256 of the birth record. */
  readonly birthRecord: Uint8Array;
}

/** The extension's value. @throws NAT_X509_BIRTH_EXTENSION */
export function encodeBirthExtension(extension: BirthExtension): Uint8Array {
  requireForm(extension);
  return encodeSequence(
    encodeInteger(version),
    encodeInteger(extension.custody),
    encodeOctetString(extension.birthRecord),
  );
}

/** @throws NAT_X509_BIRTH_EXTENSION and the NAT_DER_ errors of malformed bytes. */
export function parseBirthExtension(value: Uint8Array): BirthExtension {
  const extension = readExactly(value, readBirthExtension);
  requireForm(extension);
  return extension;
}

function readBirthExtension(reader: DerReader): BirthExtension {
  const fields = reader.enter();
  const seen = fields.smallInteger();
  if (seen !== version) throw fail("NAT_X509_BIRTH_EXTENSION", `version ${seen}`);
  const extension = { custody: fields.smallInteger(), birthRecord: fields.octetString() };
  fields.end();
  return extension;
}

function requireForm({ custody, birthRecord }: BirthExtension): void {
  if (!Number.isInteger(custody) || custody < 0 || custody > highestCustody)
    throw fail("NAT_X509_BIRTH_EXTENSION", `custody ${custody}`);
  if (birthRecord.length !== digestLength)
    throw fail("NAT_X509_BIRTH_EXTENSION", `birth record digest of ${birthRecord.length} bytes`);
}
