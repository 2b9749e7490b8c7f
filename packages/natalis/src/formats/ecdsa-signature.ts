// SPDX-License-Identifier: Apache-2.0
// The two forms of an ECDSA signature: the Ecdsa-Sig-Value of X.509 (RFC 3279 2.2.3, strict DER), and r and s joined, as
// COSE (RFC 9053 2.1) and WebCrypto carry them. `width` is the octets of one integer.

import { type DerReader, readExactly, tags } from "./der/index.ts";
import { algorithmError, refusedAs } from "./errors.ts";

/** From Ecdsa-Sig-Value to r and s joined. @throws NAT_ALGORITHM_SIGNATURE */
export function joinEcdsaIntegers(signature: Uint8Array, width: number): Uint8Array {
  const joined = new Uint8Array(2 * width);
  const [r, s] = ecdsaIntegers(signature);
  placeInteger(joined, width, r);
  placeInteger(joined, 2 * width, s);
  return joined;
}

/**
 * From r and s joined to Ecdsa-Sig-Value, for widths of at most 48: the content is then at most 102 octets, so its
 * length is one octet.
 * @throws NAT_ALGORITHM_SIGNATURE
 */
export function splitEcdsaIntegers(joined: Uint8Array, width: number): Uint8Array {
  const r = magnitudeStart(joined, 0, width);
  const s = magnitudeStart(joined, width, 2 * width);
  const contentLength = 4 + integerLength(joined, r, width) + integerLength(joined, s, 2 * width);
  const der = new Uint8Array(2 + contentLength);
  der[0] = tags.sequence;
  der[1] = contentLength;
  const end = writeInteger(der, 2, joined, r, width);
  writeInteger(der, end, joined, s, 2 * width);
  return der;
}

function ecdsaIntegers(signature: Uint8Array): [r: Uint8Array, s: Uint8Array] {
  const detail = "not an Ecdsa-Sig-Value in DER";
  return refusedAs("NAT_ALGORITHM_SIGNATURE", detail, () => readExactly(signature, readIntegerPair));
}

function readIntegerPair(reader: DerReader): [r: Uint8Array, s: Uint8Array] {
  const pair = reader.enter();
  const integers: [Uint8Array, Uint8Array] = [pair.integer(), pair.integer()];
  pair.end();
  return integers;
}

function magnitudeStart(joined: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (joined[at] !== 0) return at;
  throw algorithmError("NAT_ALGORITHM_SIGNATURE", "r or s is zero");
}

/** Octets of INTEGER content: one more where the first bit would read as a sign. */
function integerLength(joined: Uint8Array, start: number, end: number): number {
  return end - start + ((joined[start] as number) >> 7);
}

/** Writes an INTEGER at `at` and answers where it ends; on hot paths, so without arrays in between. */
function writeInteger(der: Uint8Array, at: number, joined: Uint8Array, start: number, end: number): number {
  const length = integerLength(joined, start, end);
  const contentEnd = at + 2 + length;
  der[at] = tags.integer;
  der[at + 1] = length;
  for (let from = end - 1, to = contentEnd - 1; from >= start; from--, to--) der[to] = joined[from] as number;
  return contentEnd;
}

/** Writes a positive INTEGER's content right-aligned before `end`, in `joined.length / 2` octets. */
function placeInteger(joined: Uint8Array, end: number, content: Uint8Array): void {
  const magnitude = content[0] === 0 ? content.subarray(1) : content;
  if (magnitude.length === 0 || (content[0] as number) >= 0x80 || magnitude.length > joined.length / 2)
    throw algorithmError("NAT_ALGORITHM_SIGNATURE", "r or s is out of range");
  joined.set(magnitude, end - magnitude.length);
}
