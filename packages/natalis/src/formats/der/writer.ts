// SPDX-License-Identifier: Apache-2.0
// Writer of DER (ITU-T X.690): one function a type, each answers a whole encoding. What the reader would refuse
// cannot be written.

import { compareBytes, encodeUtf8 } from "../../kernel/index.ts";
import { derError } from "./errors.ts";
import { oidContent } from "./object-identifier.ts";
import { checkString } from "./strings.ts";
import { contextTag, tags } from "./tags.ts";
import { timeContent } from "./time.ts";

/** One value of any tag (identifier octet) with the parts of its content in order. */
export function encodeTagLengthValue(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return encodeParts(tag, parts);
}

export function encodeSequence(...parts: readonly Uint8Array[]): Uint8Array {
  return encodeParts(tags.sequence, parts);
}

/** SEQUENCE OF: as many elements as there are, in their order. */
export function encodeSequenceOf(elements: readonly Uint8Array[]): Uint8Array {
  return encodeParts(tags.sequence, elements);
}

/** SET OF: the elements in ascending order of their encodings, whatever order they come in (X.690 11.6). */
export function encodeSetOf(elements: readonly Uint8Array[], tag: number = tags.set): Uint8Array {
  return encodeParts(tag, elements.toSorted(compareBytes));
}

/** Context-specific tag [number] around `content`: explicit where content is a whole value, else implicit. */
export function encodeTagged(number: number, content: Uint8Array, constructed = true): Uint8Array {
  return encodeTagLengthValue(contextTag(number, constructed), content);
}

/** INTEGER. Bytes are a big-endian magnitude (never negative); leading zeros are dropped or added as needed. */
export function encodeInteger(value: Uint8Array | number | bigint, tag: number = tags.integer): Uint8Array {
  if (value instanceof Uint8Array) return encodeTagLengthValue(tag, ...magnitudeParts(value));
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw derError("NAT_DER_INTEGER", `${value}`);
  return encodeTagLengthValue(tag, Uint8Array.from(twosComplement(BigInt(value))));
}

export function encodeBoolean(value: boolean, tag: number = tags.boolean): Uint8Array {
  return Uint8Array.of(tag, 1, value ? 0xff : 0);
}

export function encodeNull(): Uint8Array {
  return Uint8Array.of(tags.null, 0);
}

/** OBJECT IDENTIFIER of dotted decimal text. @throws NAT_DER_OID */
export function encodeOid(text: string, tag: number = tags.oid): Uint8Array {
  return encodeTagLengthValue(tag, oidContent(text));
}

export function encodeOctetString(bytes: Uint8Array, tag: number = tags.octetString): Uint8Array {
  return encodeTagLengthValue(tag, bytes);
}

/** BIT STRING; the last `unusedBits` bits must be zero. @throws NAT_DER_BIT_STRING */
export function encodeBitString(bytes: Uint8Array, unusedBits = 0, tag: number = tags.bitString): Uint8Array {
  const mask = (1 << unusedBits) - 1;
  if (unusedBits < 0 || unusedBits > 7 || (unusedBits > 0 && ((bytes.at(-1) ?? 0xff) & mask) !== 0))
    throw derError("NAT_DER_BIT_STRING", `${unusedBits} unused bits in ${bytes.length} octets`);
  return encodeTagLengthValue(tag, Uint8Array.of(unusedBits), bytes);
}

/** @throws NAT_DER_STRING if the text is not well-formed Unicode */
export function encodeUtf8String(text: string): Uint8Array {
  if (!text.isWellFormed()) throw derError("NAT_DER_STRING", "a lone surrogate");
  return encodeTagLengthValue(tags.utf8String, encodeUtf8(text));
}

/** @throws NAT_DER_STRING */
export function encodePrintableString(text: string): Uint8Array {
  return encodeTagLengthValue(tags.printableString, checked(tags.printableString, text));
}

/** IA5String, under another `tag` where it is implicitly tagged. @throws NAT_DER_STRING */
export function encodeIa5String(text: string, tag: number = tags.ia5String): Uint8Array {
  return encodeTagLengthValue(tag, checked(tags.ia5String, text));
}

/** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5). @throws NAT_DER_TIME */
export function encodeTime(at: Date): Uint8Array {
  const { tag, text } = timeContent(at);
  return encodeTagLengthValue(tag, encodeUtf8(text));
}

/** GeneralizedTime whatever the year, as invalidityDate requires (RFC 5280 5.3.2). @throws NAT_DER_TIME */
export function encodeGeneralizedTime(at: Date): Uint8Array {
  const { tag, text } = timeContent(at);
  const century = tag === tags.generalizedTime ? "" : text < "5" ? "20" : "19";
  return encodeTagLengthValue(tags.generalizedTime, encodeUtf8(century + text));
}

/** One allocation for the whole value, however many parts. */
function encodeParts(tag: number, parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const lengthOctets = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x1_0000 ? 2 : length < 0x100_0000 ? 3 : 4;
  const encoding = new Uint8Array(2 + lengthOctets + length);
  encoding[0] = tag;
  encoding[1] = lengthOctets === 0 ? length : 0x80 | lengthOctets;
  for (let i = 0; i < lengthOctets; i++) encoding[2 + i] = length >>> (8 * (lengthOctets - 1 - i));
  let offset = 2 + lengthOctets;
  for (const part of parts) {
    encoding.set(part, offset);
    offset += part.length;
  }
  return encoding;
}

function checked(type: number, text: string): Uint8Array {
  const content = encodeUtf8(text);
  checkString(type, content);
  return content;
}

function magnitudeParts(magnitude: Uint8Array): Uint8Array[] {
  let start = 0;
  while (start < magnitude.length && magnitude[start] === 0) start++;
  const significant = magnitude.subarray(start);
  const signOctet = significant.length === 0 || (significant[0] as number) >= 0x80;
  return signOctet ? [Uint8Array.of(0), significant] : [significant];
}

function twosComplement(value: bigint): number[] {
  const octets: number[] = [];
  let rest = value;
  do {
    octets.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  } while (rest !== ((octets[0] as number) >= 0x80 ? -1n : 0n));
  return octets;
}
