// SPDX-License-Identifier: Apache-2.0
// BIT STRINGs whose bits have names (KeyUsage, ReasonFlags). DER drops trailing zero bits of these (X.690 11.2.2).

import { type BitString, type DerReader, encodeBitString, tags } from "../der/index.ts";
import { x509Error } from "./errors.ts";

export interface NamedBitsOptions {
  readonly tag?: number;
  /** Takes trailing zero bits. */
  readonly anyLength?: boolean;
}

/** Reads the names of the bits that are set; bit 0 is the first name. @throws NAT_X509_EXTENSION NAT_DER_BIT_STRING */
export function readNamedBits<Bit extends string>(
  reader: DerReader,
  names: readonly Bit[],
  { tag = tags.bitString, anyLength = false }: NamedBitsOptions = {},
): ReadonlySet<Bit> {
  const bits = reader.bitString(tag);
  const written = bits.bytes.length * 8 - bits.unusedBits;
  const count = lengthWithoutZeros(bits, written);
  if (count < written && !anyLength) throw x509Error("NAT_X509_EXTENSION", "trailing zero bits");
  if (count > names.length) throw x509Error("NAT_X509_EXTENSION", `bit ${count - 1} has no name`);
  return new Set(names.filter((_, bit) => isSet(bits, bit)));
}

export function encodeNamedBits<Bit extends string>(
  set: ReadonlySet<Bit>,
  names: readonly Bit[],
  tag: number = tags.bitString,
): Uint8Array {
  const count = names.findLastIndex((name) => set.has(name)) + 1;
  const bytes = new Uint8Array(Math.ceil(count / 8));
  for (const [bit, name] of names.entries())
    if (set.has(name)) bytes[bit >> 3] = (bytes[bit >> 3] as number) | (0x80 >> (bit & 7));
  return encodeBitString(bytes, bytes.length * 8 - count, tag);
}

function lengthWithoutZeros(bits: BitString, written: number): number {
  let count = written;
  while (count > 0 && !isSet(bits, count - 1)) count--;
  return count;
}

function isSet({ bytes }: BitString, bit: number): boolean {
  return ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}
