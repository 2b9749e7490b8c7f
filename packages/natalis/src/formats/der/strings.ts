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
  const check = checks[tag];
  if (check === undefined) throw derError("NAT_DER_STRING", `tag ${tag} is no string type`);
  if (!check(content)) throw derError("NAT_DER_STRING", `${content.length} octets under tag ${tag}`);
}

/** The text of a character string. @throws NAT_DER_STRING */
export function decodeString(tag: number, content: Uint8Array): string {
  checkString(tag, content);
  if (tag === tags.teletexString) return fixedWidthText(content, 1);
  if (tag === tags.bmpString) return fixedWidthText(content, 2);
  if (tag === tags.universalString) return fixedWidthText(content, 4);
  return decodeUtf8(content);
}

const checks: readonly (((content: Uint8Array) => boolean) | undefined)[] = byTag([
  [tags.utf8String, isUtf8],
  [tags.numericString, (content) => isMadeOf(numeric, content)],
  [tags.printableString, (content) => isMadeOf(printable, content)],
  // T.61 was never carried in practice: every implementation writes and reads Latin-1 here.
  [tags.teletexString, () => true],
  [tags.ia5String, (content) => isBelow(0x80, content)],
  [tags.visibleString, (content) => content.every((octet) => octet >= 0x20 && octet <= 0x7e)],
  [tags.universalString, isUniversal],
  [tags.bmpString, isBasicPlane],
]);

function byTag(entries: readonly (readonly [number, (content: Uint8Array) => boolean])[]) {
  const table = new Array<((content: Uint8Array) => boolean) | undefined>(256).fill(undefined);
  for (const [tag, check] of entries) table[tag] = check;
  return table;
}

function membership(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

function isMadeOf(allowed: Uint8Array, content: Uint8Array): boolean {
  for (let at = 0; at < content.length; at++) if (allowed[content[at] as number] === 0) return false;
  return true;
}

function isBelow(bound: number, content: Uint8Array): boolean {
  for (let at = 0; at < content.length; at++) if ((content[at] as number) >= bound) return false;
  return true;
}

function isUtf8(content: Uint8Array): boolean {
  if (isBelow(0x80, content)) return true;
  try {
    decodeUtf8(content);
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
