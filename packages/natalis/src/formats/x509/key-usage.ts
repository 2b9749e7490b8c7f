// SPDX-License-Identifier: Apache-2.0
// Key usage (RFC 5280 4.2.1.3) and extended key usage (4.2.1.12): what a certified key may be used for.

import { type DerReader, encodeOid, encodeSequenceOf, readExactly } from "../der/index.ts";
import { x509Error } from "./errors.ts";
import { encodeNamedBits, readNamedBits } from "./named-bits.ts";

const keyUsages = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;

/** One bit of the key usage extension, by its name in RFC 5280. */
export type KeyUsage = (typeof keyUsages)[number];

/**
 * Trailing zero bits, which DER leaves out (X.690 11.2.2), are taken: TPM makers and GnuTLS write them.
 * @throws NAT_X509_EXTENSION where no bit is set, or one without a name; the NAT_DER_ errors
 */
export function parseKeyUsage(value: Uint8Array): ReadonlySet<KeyUsage> {
  const usages = readExactly(value, (reader) => readNamedBits(reader, keyUsages, { anyLength: true }));
  requireSome(usages.size, "key usage");
  return usages;
}

/** @throws NAT_X509_EXTENSION where none is given */
export function encodeKeyUsage(usages: Iterable<KeyUsage>): Uint8Array {
  const set = new Set(usages);
  requireSome(set.size, "key usage");
  return encodeNamedBits(set, keyUsages);
}

/** The key purposes, as OIDs in their order. @throws NAT_X509_EXTENSION where there are none; the NAT_DER_ errors */
export function parseExtendedKeyUsage(value: Uint8Array): readonly string[] {
  return readExactly(value, readPurposes);
}

/** @throws NAT_X509_EXTENSION where none is given; NAT_DER_OID */
export function encodeExtendedKeyUsage(purposes: readonly string[]): Uint8Array {
  requireSome(purposes.length, "extended key usage");
  return encodeSequenceOf(purposes.map((purpose) => encodeOid(purpose)));
}

function readPurposes(reader: DerReader): string[] {
  const purposes: string[] = [];
  for (const list = reader.enter(); list.remaining > 0; ) purposes.push(list.oid());
  requireSome(purposes.length, "extended key usage");
  return purposes;
}

function requireSome(count: number, extension: string): void {
  if (count === 0) throw x509Error("NAT_X509_EXTENSION", `${extension} without any`);
}
