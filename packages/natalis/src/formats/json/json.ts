// SPDX-License-Identifier: Apache-2.0
// JSON from strangers (RFC 8259), and typed access to what was read: the rooms above state the shape they expect in one
// word and never cast. A member that stands twice is taken as it stands last, and none is found on a prototype.

import { jsonError } from "./errors.ts";

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [name: string]: JsonValue };

const defaultMaxCharacters = 1 << 20;

/** @throws NAT_JSON_SIZE, NAT_JSON_FORM */
export function parseJson(text: string, maxCharacters = defaultMaxCharacters): JsonValue {
  if (text.length > maxCharacters) throw jsonError("NAT_JSON_SIZE", `${text.length} of ${maxCharacters} characters`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw jsonError("NAT_JSON_FORM", `${text.length} characters`, cause);
  }
}

/** @throws NAT_JSON_SHAPE */
export function jsonObject(value: JsonValue | undefined): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refused("an object", value);
  return value as JsonObject;
}

/** Of at most `maximum` values. @throws NAT_JSON_SHAPE */
export function jsonArray(value: JsonValue | undefined, maximum: number): readonly JsonValue[] {
  if (!Array.isArray(value)) throw refused("an array", value);
  if (value.length > maximum) throw jsonError("NAT_JSON_SHAPE", `${value.length} values, at most ${maximum}`);
  return value;
}

/** @throws NAT_JSON_SHAPE */
export function jsonText(value: JsonValue | undefined): string {
  if (typeof value !== "string") throw refused("text", value);
  return value;
}

/** A member of an object, if it has one of that name. */
export function jsonMember(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function refused(expected: string, value: JsonValue | undefined) {
  const seen = value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
  return jsonError("NAT_JSON_SHAPE", `expected ${expected}, found ${seen}`);
}
