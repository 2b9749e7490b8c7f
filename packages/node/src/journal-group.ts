// SPDX-License-Identifier: Apache-2.0
// One write of a journal: the records of a group commit behind a head that makes them one whole. The head holds the
// digest of the group before, so that none is lost, moved or taken out unseen, and the digest of itself and its records,
// so that half a group is none.
//   "NJG1" | number u32 | records u32 | octets u32 | digest of the group before (32) | digest (32) | records
//   record = octets u32 | bytes

import { equalBytes } from "natalis/kernel";
import { nodeHash } from "./hash.ts";

/** Octets of records in one group, at most: what has to be looked through behind a tear. */
export const mostGroupOctets = 1 << 23;
export const groupHeadLength = 80;
export const digestLength = 32;

const magic = new Uint8Array([0x4e, 0x4a, 0x47, 0x31]); // "NJG1"
const offsets = { number: 4, records: 8, octets: 12, previous: 16, digest: 48 };

export interface GroupHead {
  /** Counts from 0. */
  readonly number: number;
  readonly records: number;
  /** Of all records with their lengths. */
  readonly octets: number;
  readonly previous: Uint8Array;
  readonly digest: Uint8Array;
}

export interface EncodedGroup {
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
}

export function encodeGroup(number: number, previous: Uint8Array, records: readonly Uint8Array[]): EncodedGroup {
  const octets = records.reduce((sum, { length }) => sum + 4 + length, 0);
  const bytes = new Uint8Array(groupHeadLength + octets);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(offsets.number, number);
  view.setUint32(offsets.records, records.length);
  view.setUint32(offsets.octets, octets);
  bytes.set(previous, offsets.previous);
  let at = groupHeadLength;
  for (const record of records) {
    view.setUint32(at, record.length);
    bytes.set(record, at + 4);
    at += 4 + record.length;
  }
  const digest = digestOf(bytes);
  bytes.set(digest, offsets.digest);
  return { bytes, digest };
}

/** Undefined where no group begins. */
export function readGroupHead(bytes: Uint8Array): GroupHead | undefined {
  if (bytes.length < groupHeadLength || !equalBytes(bytes.subarray(0, 4), magic)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    number: view.getUint32(offsets.number),
    records: view.getUint32(offsets.records),
    octets: view.getUint32(offsets.octets),
    previous: bytes.slice(offsets.previous, offsets.digest),
    digest: bytes.slice(offsets.digest, groupHeadLength),
  };
}

/** The records of a whole group with the places where their bytes begin in it; undefined where it is none. */
export function readGroup(bytes: Uint8Array, head: GroupHead): { bytes: Uint8Array; start: number }[] | undefined {
  if (bytes.length !== groupHeadLength + head.octets || !equalBytes(digestOf(bytes), head.digest)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: { bytes: Uint8Array; start: number }[] = [];
  let at = groupHeadLength;
  while (at + 4 <= bytes.length) {
    const start = at + 4;
    at = start + view.getUint32(at);
    if (at > bytes.length) return undefined;
    records.push({ bytes: bytes.subarray(start, at), start });
  }
  return at === bytes.length && records.length === head.records ? records : undefined;
}

/** Whether a whole group of a number from `least` up begins anywhere in these bytes. */
export function holdsGroup(bytes: Uint8Array, least: number): boolean {
  for (let at = bytes.indexOf(magic[0] as number); at >= 0; at = bytes.indexOf(magic[0] as number, at + 1)) {
    const head = readGroupHead(bytes.subarray(at));
    if (head === undefined || head.number < least) continue;
    if (readGroup(bytes.subarray(at, at + groupHeadLength + head.octets), head) !== undefined) return true;
  }
  return false;
}

/** Of the head without its own digest, and of the records. */
function digestOf(bytes: Uint8Array): Uint8Array {
  const covered = bytes.slice();
  covered.fill(0, offsets.digest, groupHeadLength);
  return nodeHash.sha256(covered);
}
