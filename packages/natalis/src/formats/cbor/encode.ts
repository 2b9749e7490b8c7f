// SPDX-License-Identifier: Apache-2.0
// Writes deterministic CBOR (RFC 8949 section 4.2.1): shortest heads, definite lengths, map keys in bytewise order of
// their encodings; floats always as binary64 (section 4.2.2), so that a value has one encoding whoever writes it.

import { type EncodeOptions, encode, objectToTokens, rfc8949EncodeOptions, Token, Type } from "cborg";
import { cborError } from "./errors.ts";
import { type CborKey, type CborValue, Float64, Tagged } from "./value.ts";

const maximumDepth = 16;
const maximumUnsigned = 2n ** 64n - 1n;

const codecOptions: EncodeOptions = {
  ...rfc8949EncodeOptions,
  float64: true,
  typeEncoders: { Object: encodeWrapper },
};

/**
 * Numbers are integers; floats are given as `float64(n)`.
 * @throws NAT_CBOR_VALUE for what has no deterministic encoding here: numbers that are not safe integers, bigints
 * beyond 64 bits, text with lone surrogates, other objects, undefined, more than 16 levels
 */
export function encodeCbor(value: CborValue): Uint8Array {
  requireEncodable(value, maximumDepth);
  // On Node the codec answers a Buffer over a shared pool, whose slice() would be no copy: give out bytes of their own.
  return new Uint8Array(encode(value, codecOptions));
}

function requireEncodable(value: CborValue, depth: number): void {
  if (depth < 0) throw cborError("NAT_CBOR_VALUE", `more than ${maximumDepth} levels`);
  if (value === null || typeof value === "boolean") return;
  if (value instanceof Uint8Array || value instanceof Float64) return;
  if (value instanceof Tagged) {
    requireEncodable(value.value, depth - 1);
  } else if (Array.isArray(value)) {
    for (const item of value) requireEncodable(item, depth - 1);
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      requireKey(key);
      requireEncodable(item, depth - 1);
    }
  } else {
    requireScalar(value);
  }
}

function requireKey(key: CborKey): void {
  if (typeof key !== "number" && typeof key !== "string")
    throw cborError("NAT_CBOR_VALUE", `a ${typeof key} as map key`);
  requireScalar(key);
}

function requireScalar(value: unknown): void {
  if (typeof value === "number" && Number.isSafeInteger(value)) return;
  if (typeof value === "bigint" && value <= maximumUnsigned && value >= -1n - maximumUnsigned) return;
  if (typeof value === "string" && value.isWellFormed()) return;
  const seen = typeof value === "number" || typeof value === "bigint" ? String(value) : typeof value;
  throw cborError("NAT_CBOR_VALUE", seen);
}

function encodeWrapper(value: Float64 | Tagged) {
  if (value instanceof Float64) return new Token(Type.float, value.float64);
  return [new Token(Type.tag, value.tag), objectToTokens(value.value, codecOptions)];
}
