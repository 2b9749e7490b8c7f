// SPDX-License-Identifier: Apache-2.0
// UTCTime and GeneralizedTime as RFC 5280 4.1.2.5 profiles them: seconds always, no fraction, always Z. Written,
// UTCTime stands until 2049 and GeneralizedTime from 2050; read, both are taken for any year, as the same section
// asks of applications (PKITS 4.2.4 is such a certificate).

import { derError } from "./errors.ts";
import { tags } from "./tags.ts";

/** The instant of UTCTime (`tag` 0x17) or GeneralizedTime (0x18) content. @throws NAT_DER_TIME */
export function decodeTimeAt(tag: number, bytes: Uint8Array, start: number, end: number): Date {
  const yearDigits = tag === tags.utcTime ? 2 : 4;
  if (end - start !== yearDigits + 11 || bytes[end - 1] !== 0x5a)
    throw derError("NAT_DER_TIME", "not in the form …SSZ");
  const twoDigits = (offset: number) => twoDigitsAt(bytes, start + yearDigits + offset);
  const year = yearDigits === 2 ? slidingYear(twoDigitsAt(bytes, start)) : fullYear(bytes, start);
  return instant(year, twoDigits(0), twoDigits(2), twoDigits(4), twoDigits(6), twoDigits(8));
}

/** Tag and content for an instant with whole seconds from year 1950 to 9999. @throws NAT_DER_TIME */
export function timeContent(at: Date): { readonly tag: number; readonly text: string } {
  const milliseconds = at.getTime();
  const year = at.getUTCFullYear();
  if (!(year >= 1950 && year <= 9999) || milliseconds % 1000 !== 0)
    throw derError("NAT_DER_TIME", `${milliseconds} ms is not a whole second of the years 1950 to 9999`);
  const text = `${at.toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`;
  return year < 2050 ? { tag: tags.utcTime, text: text.slice(2) } : { tag: tags.generalizedTime, text };
}

function twoDigitsAt(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - 0x30;
  const ones = (bytes[at + 1] as number) - 0x30;
  if (!(tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9)) throw derError("NAT_DER_TIME", "not a digit");
  return tens * 10 + ones;
}

/** UTCTime years: 50 to 99 are 19YY, 00 to 49 are 20YY (RFC 5280 4.1.2.5.1). */
function slidingYear(twoDigits: number): number {
  return twoDigits >= 50 ? 1900 + twoDigits : 2000 + twoDigits;
}

function fullYear(bytes: Uint8Array, start: number): number {
  return twoDigitsAt(bytes, start) * 100 + twoDigitsAt(bytes, start + 2);
}

const daysOfMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Date.UTC would let days overflow into months, and read years below 100 as 19YY. */
function instant(year: number, month: number, day: number, hour: number, minute: number, second: number): Date {
  const days = month === 2 && isLeap(year) ? 29 : (daysOfMonths[month - 1] ?? 0);
  if (day < 1 || day > days || hour > 23 || minute > 59 || second > 59)
    throw derError("NAT_DER_TIME", `${year}-${month}-${day} ${hour}:${minute}:${second} does not exist`);
  if (year >= 100) return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const at = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  at.setUTCFullYear(year, month - 1, day);
  return at;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
