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

const chunkLength = 0x2000;

/** Base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += chunkLength)
    binary += String.fromCharCode(...bytes.subarray(i, i + chunkLength));
  return btoa(binary);
}

/** Strict base64 with padding and no white space. @throws NAT_BYTES_BASE64 */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw fail("NAT_BYTES_BASE64", `${text.length} characters`);
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (toBase64(bytes) !== text) throw fail("NAT_BYTES_BASE64", "unused bits are not zero");
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
