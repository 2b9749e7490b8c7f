// SPDX-License-Identifier: Apache-2.0
// Changes to bytes of any format: single bits and octets, pieces taken out, doubled, put in, moved, cuts, and splices
// of two samples. An edit is data, so that a failing one can be made smaller and run again.

import * as fc from "fast-check";
import { concatBytes } from "natalis/kernel";

/** Positions are taken modulo the length, so that an edit fits bytes of any length. */
export type BlindEdit =
  | { readonly how: "flip"; readonly at: number; readonly bit: number }
  | { readonly how: "set"; readonly at: number; readonly octet: number }
  | { readonly how: "delete" | "double"; readonly at: number; readonly length: number }
  | { readonly how: "move"; readonly at: number; readonly length: number; readonly to: number }
  | { readonly how: "insert"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly how: "truncate"; readonly at: number }
  | { readonly how: "splice"; readonly at: number; readonly from: number };

/** Ends of ranges: nothing, one, the sign bit from both sides, all bits. */
const interestingOctets = [0x00, 0x01, 0x7f, 0x80, 0xff];
const longestPiece = 64;

const at = fc.nat();
const length = fc.integer({ min: 1, max: longestPiece });
const octet = fc.oneof(fc.constantFrom(...interestingOctets), fc.nat(0xff));

export const blindEdit: fc.Arbitrary<BlindEdit> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ how: fc.constant("flip" as const), at, bit: fc.nat(7) }) },
  { weight: 4, arbitrary: fc.record({ how: fc.constant("set" as const), at, octet }) },
  { weight: 2, arbitrary: fc.record({ how: fc.constant("delete" as const), at, length }) },
  { weight: 2, arbitrary: fc.record({ how: fc.constant("double" as const), at, length }) },
  { weight: 2, arbitrary: fc.record({ how: fc.constant("move" as const), at, length, to: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ how: fc.constant("insert" as const), at, bytes: pieces() }) },
  { weight: 1, arbitrary: fc.record({ how: fc.constant("truncate" as const), at }) },
  { weight: 1, arbitrary: fc.record({ how: fc.constant("splice" as const), at, from: fc.nat() }) },
);

function pieces(): fc.Arbitrary<Uint8Array> {
  const fromOctets = fc.array(octet, { minLength: 1, maxLength: longestPiece });
  return fromOctets.map((octets) => Uint8Array.from(octets));
}

/** @param donor the other sample of a splice */
export function applyBlind(bytes: Uint8Array, edit: BlindEdit, donor: Uint8Array): Uint8Array {
  const place = bytes.length === 0 ? 0 : edit.at % bytes.length;
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (edit.how) {
    case "flip":
      return bytes.length === 0 ? bytes : bytes.with(place, (bytes[place] as number) ^ (1 << edit.bit));
    case "set":
      return bytes.length === 0 ? bytes : bytes.with(place, edit.octet);
    case "delete":
      return concatBytes(before, after.subarray(edit.length));
    case "double":
      return concatBytes(before, after.subarray(0, edit.length), after);
    case "move":
      return insert(concatBytes(before, after.subarray(edit.length)), edit.to, after.subarray(0, edit.length));
    case "insert":
      return concatBytes(before, edit.bytes, after);
    case "truncate":
      return before.slice();
    case "splice":
      return concatBytes(before, donor.subarray(edit.from % (donor.length + 1)));
  }
}

function insert(bytes: Uint8Array, anywhere: number, piece: Uint8Array): Uint8Array {
  const place = anywhere % (bytes.length + 1);
  return concatBytes(bytes.subarray(0, place), piece, bytes.subarray(place));
}
