// SPDX-License-Identifier: Apache-2.0
// Values as the driver hands them out: bytea as bytes, bigint as a number, which must be one that a number can hold.

import { postgresError } from "./errors.ts";

/** Object identifiers (pg_type.dat). */
const oids = { bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23 } as const;

const parsers: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [oids.bool, (text) => text === "t"],
  [oids.bytea, bytesOf],
  [oids.int8, numberOf],
  [oids.int2, Number],
  [oids.int4, Number],
]);

/** For the driver's option `types`; what is not named stays text. */
export const valueTypes = {
  getTypeParser: (oid: number) => parsers.get(oid) ?? ((text: string) => text),
};

/** "\x…" (bytea_output = hex, which sessions set). */
function bytesOf(text: string): Uint8Array {
  const bytes = Buffer.from(text.slice(2), "hex");
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function numberOf(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw postgresError("NAT_POSTGRES_FAILED", `${text} is no safe integer`);
  return value;
}
