// SPDX-License-Identifier: Apache-2.0
// Character strings (ITU-T X.680 section 41, RFC 5280 appendix A). What a type does not allow is
// refused both ways.

import { decodeUtf8, isNatalisError } from "../../kernel/index.ts";
import { derError } from "./errors.ts";
import { tags } from "./tags.ts";

/** 1 for each octet that PrintableString allows (X.680 table 10). */
const printable = membership("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?");
const numeric = membership("0123456789 ");

/** Whether `tag` is a character string type that `checkString` and `decodeString` know. */
export function isStringTag(tag: number): boolean {
  return checks[tag] !== undefined;
}

/** Refuses content that the string type does not allow. @throws NAT_DER_STRING */
export function checkString(tag: number, content: Uint8Array): void {
  checkStringAt(tag, content, 0, content.length);
}

/** The same on a stretch of a larger array, so that readers need no view. @throws NAT_DER_STRING */
export function checkStringAt(tag: number, bytes: Uint8Array, start: number, end: number): void {
  const check = checks[tag];
  if (check === undefined) throw derError("NAT_DER_STRING", `tag ${tag} is no string type`);
  if (!check(bytes, start, end)) throw derError("NAT_DER_STRING", `${end - start} octets under tag ${tag}`);
}

/** The text of a character string. @throws NAT_DER_STRING */
export function decodeString(tag: number, content: Uint8Array): string {
  checkString(tag, content);
  if (tag === tags.teletexString) return fixedWidthText(content, 1);
  if (tag === tags.bmpString) return fixedWidthText(content, 2);
  if (tag === tags.universalString) return fixedWidthText(content, 4);
  return decodeUtf8(content);
}

type Check = (bytes: Uint8Array, start: number, end: number) => boolean;

const checks: readonly (Check | undefined)[] = byTag([
  [tags.utf8String, isUtf8],
  [tags.numericString, (bytes, start, end) => isMadeOf(numeric, bytes, start, end)],
  [tags.printableString, (bytes, start, end) => isMadeOf(printable, bytes, start, end)],
  // T.61 was never carried in practice: every implementation writes and reads Latin-1 here.
  [tags.teletexString, () => true],
  [tags.ia5String, (bytes, start, end) => isBelow(0x80, bytes, start, end)],
  [tags.visibleString, onView((content) => content.every((octet) => octet >= 0x20 && octet <= 0x7e))],
  [tags.universalString, onView(isUniversal)],
  [tags.bmpString, onView(isBasicPlane)],
]);

/** For types that are rare enough for a view. */
function onView(check: (content: Uint8Array) => boolean): Check {
  return (bytes, start, end) => check(bytes.subarray(start, end));
}

function byTag(entries: readonly (readonly [number, Check])[]) {
  const table = new Array<Check | undefined>(256).fill(undefined);
  for (const [tag, check] of entries) table[tag] = check;
  return table;
}

function membership(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

function isMadeOf(allowed: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (allowed[bytes[at] as number] === 0) return false;
  return true;
}

function isBelow(bound: number, bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] as number) >= bound) return false;
  return true;
}

function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  if (isBelow(0x80, bytes, start, end)) return true;
  try {
    decodeUtf8(bytes.subarray(start, end));
    return true;
  } catch (error) {
    if (isNatalisError(error, "NAT_BYTES_UTF8")) return false;
    throw error;
  }
}

/** UCS-2: whole units, none of them a surrogate. */
function isBasicPlane(content: Uint8Array): boolean {
  if (content.length % 2 !== 0) return false;
  for (let at = 0; at < content.length; at += 2) if (((content[at] as number) & 0xf8) === 0xd8) return false;
  return true;
}

/** UCS-4: whole units, each a Unicode scalar value. */
function isUniversal(content: Uint8Array): boolean {
  if (content.length % 4 !== 0) return false;
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  for (let at = 0; at < content.length; at += 4) {
    const scalar = view.getUint32(at);
    if (scalar > 0x10ffff || (scalar >= 0xd800 && scalar <= 0xdfff)) return false;
  }
  return true;
}

function fixedWidthText(content: Uint8Array, width: number): string {
  let text = "";
  for (let at = 0; at < content.length; at += width) {
    let scalar = 0;
    for (let octet = 0; octet < width; octet++) scalar = scalar * 256 + (content[at + octet] as number);
    text += String.fromCodePoint(scalar);
  }
  return text;
}
