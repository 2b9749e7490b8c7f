// SPDX-License-Identifier: Apache-2.0
// Typed access to decoded items, so that the rooms above state the shape they expect in one word and never cast.
// All take `undefined` too, so that `asBytes(map.get(3))` refuses an absent field.

import { cborError } from "./errors.ts";
import { type CborKey, type CborMap, type CborValue, Float64, Tagged } from "./value.ts";

type Item = CborValue | undefined;

/** A map; where `keys` are given, one that has no other keys. @throws NAT_CBOR_SHAPE */
export function asMap(value: Item, keys?: readonly CborKey[]): CborMap {
  if (!(value instanceof Map)) throw refused("a map", value);
  const map = value as CborMap;
  if (keys !== undefined)
    for (const key of map.keys()) if (!keys.includes(key)) throw cborError("NAT_CBOR_SHAPE", `unknown map key ${key}`);
  return map;
}

/** An array, of `length` items where given. @throws NAT_CBOR_SHAPE */
export function asArray(value: Item, length?: number): readonly CborValue[] {
  if (!Array.isArray(value)) throw refused("an array", value);
  if (length !== undefined && value.length !== length) throw refused(`an array of ${length}`, value);
  return value;
}

/** A byte string, of `length` bytes where given. @throws NAT_CBOR_SHAPE */
export function asBytes(value: Item, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array)) throw refused("a byte string", value);
  if (length !== undefined && value.length !== length) throw refused(`a byte string of ${length}`, value);
  return value;
}

/** Text of at most `maximumLength` UTF-16 units where given. @throws NAT_CBOR_SHAPE */
export function asText(value: Item, maximumLength?: number): string {
  if (typeof value !== "string") throw refused("text", value);
  if (maximumLength !== undefined && value.length > maximumLength)
    throw refused(`text of at most ${maximumLength}`, value);
  return value;
}

/** An integer from 0 to 2^53 - 1. @throws NAT_CBOR_SHAPE */
export function asUnsigned(value: Item): number {
  if (typeof value !== "number" || value < 0) throw refused("an unsigned integer below 2^53", value);
  return value;
}

/** An integer of magnitude up to 2^53 - 1. @throws NAT_CBOR_SHAPE */
export function asInteger(value: Item): number {
  if (typeof value !== "number") throw refused("an integer within 2^53", value);
  return value;
}

function refused(expected: string, value: Item) {
  return cborError("NAT_CBOR_SHAPE", `expected ${expected}, found ${describe(value)}`);
}

function describe(value: Item): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Map) return `a map of ${value.size}`;
  if (value instanceof Float64) return "a float";
  if (value instanceof Tagged) return `tag ${value.tag}`;
  if (typeof value === "string") return `text of ${value.length}`;
  return typeof value === "number" || typeof value === "bigint" ? `the integer ${value}` : "something else";
}
