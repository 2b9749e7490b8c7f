// SPDX-License-Identifier: Apache-2.0
// Device identifiers: UUID version 7 (RFC 9562 section 5.7), 16 bytes inside, lower-case text outside.

import { fromHex, toHex } from "./bytes.ts";
import { errorFactory } from "./errors.ts";
import type { Entropy } from "./ports.ts";

export const uuidErrors = {
  NAT_UUID_FORM: "The text or bytes are not a UUID (RFC 9562) in lower case.",
} as const;

const fail = errorFactory(uuidErrors);
const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A new UUIDv7: 48 bits of Unix milliseconds, version, variant, 74 random bits. */
export function newUuid(at: Date, entropy: Entropy): Uint8Array {
  const uuid = new Uint8Array(16);
  // Asking for its buffer would make V8 move so small an array off its heap.
  for (let i = 5, rest = at.getTime(); i >= 0; i--, rest = Math.floor(rest / 256)) uuid[i] = rest % 256;
  uuid.set(entropy.bytes(10), 6);
  uuid[6] = 0x70 | ((uuid[6] as number) & 0x0f);
  uuid[8] = 0x80 | ((uuid[8] as number) & 0x3f);
  return uuid;
}

/** 36 characters, lower case. @throws NAT_UUID_FORM */
export function formatUuid(uuid: Uint8Array): string {
  if (uuid.length !== 16) throw fail("NAT_UUID_FORM", `${uuid.length} bytes`);
  return toHex(uuid).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** @throws NAT_UUID_FORM */
export function parseUuid(text: string): Uint8Array {
  if (!pattern.test(text)) throw fail("NAT_UUID_FORM", `${text.length} characters`);
  return fromHex(text.replaceAll("-", ""));
}
