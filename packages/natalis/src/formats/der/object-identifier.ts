// SPDX-License-Identifier: Apache-2.0
// OBJECT IDENTIFIER content, both ways (ITU-T X.690 8.19). Arcs of any size are read, since 2.25.<UUID> exists.

import { derError } from "./errors.ts";

/** Longest content that is read: well beyond any registered object identifier, and it bounds the work on one. */
const maxOctets = 256;

/** Dotted decimal text of OBJECT IDENTIFIER content. @throws NAT_DER_OID */
export function decodeOid(content: Uint8Array): string {
  return decodeOidAt(content, 0, content.length);
}

/** Texts of the identifiers right below 2.5.4 and 2.5.29, attributes and extensions: every certificate has a dozen. */
const attributes = below("2.5.4");
const extensions = below("2.5.29");

/** The same on a stretch of a larger array, so that readers need no view. @throws NAT_DER_OID */
export function decodeOidAt(bytes: Uint8Array, start: number, end: number): string {
  const last = bytes[start + 2] as number;
  if (end - start === 3 && bytes[start] === 0x55 && last < 0x80) {
    if (bytes[start + 1] === 0x1d) return extensions[last] as string;
    if (bytes[start + 1] === 0x04) return attributes[last] as string;
  }
  return decodeAnyOidAt(bytes, start, end);
}

function decodeAnyOidAt(bytes: Uint8Array, start: number, end: number): string {
  if (start >= end || end - start > maxOctets) throw derError("NAT_DER_OID", `${end - start} octets`);
  let text = "";
  let arc = 0;
  let arcStart = start;
  for (let at = start; at < end; at++) {
    const octet = bytes[at] as number;
    if (at === arcStart && octet === 0x80) throw derError("NAT_DER_OID", "an arc begins with a padding octet");
    arc = arc * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    const exact = arc <= Number.MAX_SAFE_INTEGER ? arc : largeArc(bytes, arcStart, at);
    text = arcStart === start ? firstArcs(exact) : `${text}.${exact}`;
    arc = 0;
    arcStart = at + 1;
  }
  if (arcStart !== end) throw derError("NAT_DER_OID", "the last arc does not end");
  return text;
}

/** Refuses content that `decodeOidAt` refuses, without making a text of it. @throws NAT_DER_OID */
export function checkOidAt(bytes: Uint8Array, start: number, end: number): void {
  if (start >= end || end - start > maxOctets) throw derError("NAT_DER_OID", `${end - start} octets`);
  for (let at = start, isFirst = true; at < end; at++) {
    const octet = bytes[at] as number;
    if (isFirst && octet === 0x80) throw derError("NAT_DER_OID", "an arc begins with a padding octet");
    isFirst = octet < 0x80;
  }
  if ((bytes[end - 1] as number) >= 0x80) throw derError("NAT_DER_OID", "the last arc does not end");
}

function below(arc: string): readonly string[] {
  return Array.from({ length: 0x80 }, (_, last) => `${arc}.${last}`);
}

/** OBJECT IDENTIFIER content of dotted decimal text. @throws NAT_DER_OID */
export function oidContent(text: string): Uint8Array {
  if (text.length > 4 * maxOctets || !/^[0-2](\.(0|[1-9][0-9]*))+$/.test(text))
    throw derError("NAT_DER_OID", `${JSON.stringify(text.slice(0, 100))} is not dotted decimal`);
  const [first, second, ...rest] = text.split(".").map(BigInt) as [bigint, bigint, ...bigint[]];
  if (first < 2n && second > 39n) throw derError("NAT_DER_OID", `second arc ${second} under ${first}`);
  const content = [first * 40n + second, ...rest].flatMap(base128);
  if (content.length > maxOctets) throw derError("NAT_DER_OID", `${content.length} octets`);
  return Uint8Array.from(content);
}

/** The first subidentifier carries two arcs: 40 * first + second, and first is at most 2. */
function firstArcs(subidentifier: number | bigint): string {
  if (subidentifier < 40) return `0.${subidentifier}`;
  if (subidentifier < 80) return `1.${Number(subidentifier) - 40}`;
  return `2.${typeof subidentifier === "bigint" ? subidentifier - 80n : subidentifier - 80}`;
}

function largeArc(bytes: Uint8Array, start: number, last: number): bigint {
  let arc = 0n;
  for (let at = start; at <= last; at++) arc = (arc << 7n) | BigInt((bytes[at] as number) & 0x7f);
  return arc;
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(0x80 | Number(rest & 0x7fn));
  return octets;
}
