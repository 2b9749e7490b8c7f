// SPDX-License-Identifier: Apache-2.0
// A record: one value that a device measured or stated, after SenML (RFC 8428), in one canonical encoding, the
// deterministic CBOR array [time, name, unit, value]. Its leaf hash is what a seal commits to (RFC 9162 section 2.1.1).

import { type CborValue, encodeCbor, float64 } from "../formats/index.ts";
import { concatBytes, type Hash } from "../kernel/index.ts";
import { trustError } from "./errors.ts";

/** Names the encoding of this file in a seal's schema field. */
export const recordSchema = "natalis-record-1";

export interface DataRecord {
  /** Microseconds since 1970-01-01T00:00:00Z, within 2^53. */
  readonly time: number;
  /** A SenML name (RFC 8428 section 4.5.1), 1 to 255 characters. */
  readonly name: string;
  /** A SenML unit (RFC 8428 section 12.1, RFC 8798), as "Cel", 1 to 32 characters. */
  readonly unit: string;
  /** A number is always a float64: NaN, infinities and -0 have no place in a record. */
  readonly value: number | string | boolean | Uint8Array;
}

/** Bytes of one leaf hash. */
export const leafLength = 32;

const namePattern = /^[A-Za-z0-9][A-Za-z0-9\-:./_]{0,254}$/;
const unitPattern = /^[!-~]{1,32}$/;
const longestValue = 65_535;

/** The canonical encoding. @throws NAT_RECORD_FORM */
export function encodeRecord(record: DataRecord): Uint8Array {
  requireHead(record);
  return encodeCbor([record.time, record.name, record.unit, cborValue(record.value)]);
}

/** SHA-256(0x00 || canonical record). @throws NAT_RECORD_FORM */
export function leafOfRecord(record: DataRecord, hash: Hash): Uint8Array {
  return leafHasher(hash)(record);
}

/**
 * The leaf hashes of records in their order, joined, as a leaves file has them.
 * @throws NAT_RECORD_FORM
 */
export function leavesOfRecords(records: Iterable<DataRecord>, hash: Hash): Uint8Array {
  const leafOf = leafHasher(hash);
  let leaves: Uint8Array = new Uint8Array(64 * leafLength);
  let length = 0;
  for (const record of records) {
    if (length === leaves.length) leaves = grown(leaves);
    leaves.set(leafOf(record), length);
    length += leafLength;
  }
  return leaves.subarray(0, length);
}

/** Views of the single hashes. @throws NAT_LEAVES_FORM */
export function splitLeaves(leaves: Uint8Array): Uint8Array[] {
  if (leaves.length % leafLength !== 0) throw trustError("NAT_LEAVES_FORM", `${leaves.length} bytes`);
  const single: Uint8Array[] = [];
  for (let start = 0; start < leaves.length; start += leafLength)
    single.push(leaves.subarray(start, start + leafLength));
  return single;
}

/**
 * Numbers are written here without the general codec, which would cost several times the hash; name, unit and length
 * seldom change, so their encodings and the view of the leaf are kept from one record to the next.
 */
function leafHasher(hash: Hash): (record: DataRecord) => Uint8Array {
  const buffer = new Uint8Array(1 + longestNumericRecord);
  buffer[1] = arrayOfFour;
  const view = new DataView(buffer.buffer);
  let [knownName, knownUnit] = ["", ""];
  let nameAndUnit: Uint8Array = new Uint8Array(0);
  let leaf: Uint8Array = buffer;
  return ({ time, name, unit, value }) => {
    if (typeof value !== "number") return hash.sha256(prefixed(encodeRecord({ time, name, unit, value })));
    if (name !== knownName || unit !== knownUnit || !isTime(time)) {
      requireHead({ time, name, unit });
      nameAndUnit = concatBytes(encodeCbor(name), encodeCbor(unit));
      [knownName, knownUnit] = [name, unit];
    }
    requireNumber(value);
    const middle = writeInteger(view, 2, time);
    buffer.set(nameAndUnit, middle);
    const end = middle + nameAndUnit.length;
    buffer[end] = binary64;
    view.setFloat64(end + 1, value);
    if (leaf.length !== end + 9) leaf = buffer.subarray(0, end + 9);
    return hash.sha256(leaf);
  };
}

const arrayOfFour = 0x84;
const binary64 = 0xfb;
const longestNumericRecord = 1 + 9 + (2 + 255) + (2 + 32) + 9;

/** The shortest head of major type 0 or 1 (RFC 8949 section 3.1); answers the offset after it. */
function writeInteger(view: DataView, offset: number, integer: number): number {
  const major = integer < 0 ? 0x20 : 0;
  const argument = integer < 0 ? -1 - integer : integer;
  if (argument < 24) {
    view.setUint8(offset, major | argument);
    return offset + 1;
  }
  const size = argument < 0x100 ? 0 : argument < 0x1_0000 ? 1 : argument < 0x1_0000_0000 ? 2 : 3;
  view.setUint8(offset, major | (24 + size));
  if (size === 0) view.setUint8(offset + 1, argument);
  else if (size === 1) view.setUint16(offset + 1, argument);
  else if (size === 2) view.setUint32(offset + 1, argument);
  else view.setBigUint64(offset + 1, BigInt(argument));
  return offset + 1 + (1 << size);
}

function isTime(time: number): boolean {
  return Number.isSafeInteger(time) && !Object.is(time, -0);
}

function requireHead({ time, name, unit }: Omit<DataRecord, "value">): void {
  if (!isTime(time)) throw trustError("NAT_RECORD_FORM", `the time ${time}`);
  if (!namePattern.test(name)) throw trustError("NAT_RECORD_FORM", `a name of ${name.length} characters`);
  if (!unitPattern.test(unit)) throw trustError("NAT_RECORD_FORM", `a unit of ${unit.length} characters`);
}

function requireNumber(value: number): void {
  if (!Number.isFinite(value) || Object.is(value, -0))
    throw trustError("NAT_RECORD_FORM", `the value ${Object.is(value, -0) ? "-0" : value}`);
}

function cborValue(value: DataRecord["value"]): CborValue {
  if (typeof value === "number") {
    requireNumber(value);
    return float64(value);
  }
  if (typeof value === "boolean") return value;
  if (value.length > longestValue) throw trustError("NAT_RECORD_FORM", `a value of length ${value.length}`);
  if (typeof value === "string" && !value.isWellFormed())
    throw trustError("NAT_RECORD_FORM", "text that is not Unicode");
  return value;
}

function prefixed(record: Uint8Array): Uint8Array {
  const leaf = new Uint8Array(1 + record.length);
  leaf.set(record, 1);
  return leaf;
}

function grown(leaves: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * leaves.length);
  larger.set(leaves);
  return larger;
}
