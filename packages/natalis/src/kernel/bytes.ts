// SPDX-License-Identifier: Apache-2.0
// Bytes and their text forms. Every decoder here is strict: what an encoder would not have written is refused.
// Base16 and base64 as RFC 4648 sections 8, 4 and 5; UTF-8 as RFC 3629.

import { errorFactory } from "./errors.ts";

export const bytesErrors = {
  NAT_BYTES_HEX: "The text is not an even number of lower-case hexadecimal digits.",
  NAT_BYTES_BASE64: "The text is not canonical base64 (RFC 4648).",
  NAT_BYTES_UTF8: "The bytes are not valid UTF-8 (RFC 3629).",
} as const;

const fail = errorFactory(bytesErrors);

/** Joins byte strings into one new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Compares in time that depends on the lengths only, so it may be used on secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** Whether the bytes begin with all of `prefix`: on hot paths, and never for secrets. */
export function beginWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  if (bytes.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[i] !== prefix[i]) return false;
  return true;
}

/** Bytewise lexicographic order, shorter first on a common prefix: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const hexDigits = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += hexDigits[byte];
  return text;
}

/** @throws NAT_BYTES_HEX */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) throw fail("NAT_BYTES_HEX", `${text.length} characters`);
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
// Proofs and PEM make base64 a hot path; btoa and atob go through strings of one character a byte.
const pairs = Array.from({ length: 4096 }, (_, bits) => `${alphabet[bits >> 6]}${alphabet[bits & 63]}`);
const notInAlphabet = 0xff;
const values = new Uint8Array(128).fill(notInAlphabet);
for (let value = 0; value < alphabet.length; value++) values[alphabet.charCodeAt(value)] = value;

/** Base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  let i = 0;
  for (; i + 2 < bytes.length; i += 3) {
    const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number);
    text += (pairs[group >> 12] as string) + (pairs[group & 0xfff] as string);
  }
  if (bytes.length - i === 1) return `${text}${pairs[(bytes[i] as number) << 4]}==`;
  if (bytes.length - i === 0) return text;
  const rest = ((bytes[i] as number) << 10) | ((bytes[i + 1] as number) << 2);
  return `${text}${pairs[rest >> 6]}${alphabet[rest & 63]}=`;
}

/** Strict base64 with padding and no white space. @throws NAT_BYTES_BASE64 */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw fail("NAT_BYTES_BASE64", `${text.length} characters`);
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const end = text.length - padding;
  let [bits, count, filled] = [0, 0, 0];
  for (let i = 0; i < end; i++) {
    const value = values[text.charCodeAt(i)] ?? notInAlphabet;
    if (value === notInAlphabet) throw fail("NAT_BYTES_BASE64", `character ${i + 1} of ${text.length}`);
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[filled++] = bits >> count;
    }
  }
  if ((bits & ((1 << count) - 1)) !== 0) throw fail("NAT_BYTES_BASE64", "unused bits are not zero");
  return bytes;
}

/** Base64url without padding (RFC 4648 section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @throws NAT_BYTES_BASE64 */
export function fromBase64Url(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw fail("NAT_BYTES_BASE64", `${text.length} characters`);
  const padded = text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4);
  return fromBase64(padded);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** @throws NAT_BYTES_UTF8 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw fail("NAT_BYTES_UTF8", `${bytes.length} bytes`, cause);
  }
}
