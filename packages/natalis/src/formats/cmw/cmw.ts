// SPDX-License-Identifier: Apache-2.0
// Conceptual message wrapper, CMW (RFC 9999): a message with its media type or CoAP content format and, optionally, what
// kinds of message it holds. Records in JSON and CBOR, CBOR's tag form, and collections of those; and the CHOICE by which
// X.509 carries one (section 5, id-pe-cmw).

import { decodeUtf8, encodeUtf8, fromBase64Url, isNatalisError, toBase64Url } from "../../kernel/index.ts";
import { asBytes, type CborKey, type CborValue, decodeCbor, encodeCbor, Tagged } from "../cbor/index.ts";
import { type DerReader, encodeOctetString, readExactly, tags } from "../der/index.ts";
import { type JsonValue, jsonText, parseJson } from "../json/index.ts";
import { cmwError } from "./errors.ts";

/** One wrapped message. */
export interface CmwRecord {
  /** Media type, or number of a CoAP content format. */
  readonly type: string | number;
  readonly value: Uint8Array;
  /** Bits of `cmwIndicators`; absent: any. */
  readonly indicator?: number;
}

/** Kinds of conceptual messages (section 3.1), as bits. */
export const cmwIndicators = {
  referenceValues: 1,
  endorsements: 2,
  evidence: 4,
  attestationResults: 8,
  appraisalPolicy: 16,
} as const;

const maximumBytes = 1 << 17;
const mostRecords = 16;
const mostLevels = 4;
const collectionType = "__cmwc_t";
const highestContentFormat = 65_535;
const highestIndicator = 0xffff_ffff;
const mediaType = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}(?:\s*;.{1,256})?$/;

/** The CBOR record, [type, value, indicator]. @throws NAT_CMW_TYPE */
export function encodeCborCmw(record: CmwRecord): Uint8Array {
  const { type, value, indicator } = checked(record);
  return encodeCbor([type, value, ...(indicator === undefined ? [] : [indicator])]);
}

/** The JSON record as text. @throws NAT_CMW_TYPE */
export function encodeJsonCmw(record: CmwRecord): string {
  const { type, value, indicator } = checked(record);
  return JSON.stringify([type, toBase64Url(value), ...(indicator === undefined ? [] : [indicator])]);
}

/**
 * The records of a wrapper, in JSON or CBOR, as its first octet tells (section 3.4); of a collection all of them.
 * @throws NAT_CMW_FORM, NAT_CMW_TYPE
 */
export function parseCmw(bytes: Uint8Array): readonly CmwRecord[] {
  try {
    if (bytes.length > maximumBytes) throw cmwError("NAT_CMW_FORM", `${bytes.length} octets`);
    const isJson = bytes[0] === 0x5b || bytes[0] === 0x7b;
    const records = isJson ? readJson(parseJson(decodeUtf8(bytes)), 0) : readCbor(bytes);
    if (records.length === 0 || records.length > mostRecords)
      throw cmwError("NAT_CMW_FORM", `${records.length} records, from 1 to ${mostRecords}`);
    return records;
  } catch (cause) {
    if (!isNatalisError(cause) || cause.code.startsWith("NAT_CMW_")) throw cause;
    throw cmwError("NAT_CMW_FORM", `${cause.code} ${cause.detail}`, cause);
  }
}

/** CMW ::= CHOICE { json UTF8String, cbor OCTET STRING }, read. @throws NAT_CMW_FORM, NAT_CMW_TYPE and the NAT_DER_ errors */
export function parseCmwExtension(der: Uint8Array): readonly CmwRecord[] {
  return parseCmw(
    readExactly(der, (reader: DerReader) =>
      reader.peekTag() === tags.utf8String ? encodeUtf8(reader.utf8()) : reader.octetString(),
    ),
  );
}

/** The same with one CBOR record. @throws NAT_CMW_TYPE */
export function encodeCmwExtension(record: CmwRecord): Uint8Array {
  return encodeOctetString(encodeCborCmw(record));
}

/** CBOR tag of a content format (RFC 9277 section 4.3). */
export function tagOfContentFormat(contentFormat: number): number {
  return 0x63740101 + Math.floor(contentFormat / 255) * 256 + (contentFormat % 255);
}

function checked(record: CmwRecord): CmwRecord {
  const { type, indicator } = record;
  const isType = typeof type === "number" ? isCount(type, highestContentFormat) : mediaType.test(type);
  if (!isType) throw cmwError("NAT_CMW_TYPE", JSON.stringify(type).slice(0, 100));
  if (indicator !== undefined && (!isCount(indicator, highestIndicator) || indicator === 0))
    throw cmwError("NAT_CMW_FORM", `the indicator ${indicator}`);
  return record;
}

function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}

function readJson(value: JsonValue, level: number): readonly CmwRecord[] {
  if (Array.isArray(value)) {
    const [type, text, indicator, more] = value as readonly JsonValue[];
    return [recordOf(type, fromBase64Url(jsonText(text)), indicator, more)];
  }
  if (typeof value !== "object" || value === null || level === mostLevels)
    throw cmwError("NAT_CMW_FORM", "neither a record nor a collection");
  const members = Object.entries(value).filter(([name]) => name !== collectionType);
  return members.flatMap(([, member]) => readJson(member, level + 1));
}

/** Tags are those of the content formats from 0 to 65535, of which the codec is told the ones that stand there. */
function readCbor(bytes: Uint8Array): readonly CmwRecord[] {
  return readCborItem(decodeCbor(bytes, { anyKeyOrder: true, tags: tagsIn(bytes) }), 0);
}

function tagsIn(bytes: Uint8Array): readonly number[] {
  const found = new Set<number>();
  for (let at = 0; at + 4 < bytes.length && found.size < mostRecords; at++)
    if (bytes[at] === 0xda && bytes[at + 1] === 0x63)
      found.add(0x63000000 + [2, 3, 4].reduce((sum, i) => sum * 256 + (bytes[at + i] as number), 0));
  return [...found].filter((tag) => contentFormatOf(tag) !== undefined);
}

function contentFormatOf(tag: number): number | undefined {
  const offset = tag - 0x63740101;
  const contentFormat = Math.floor(offset / 256) * 255 + (offset % 256);
  const isOne = isCount(contentFormat, highestContentFormat) && tagOfContentFormat(contentFormat) === tag;
  return isOne ? contentFormat : undefined;
}

function readCborItem(item: CborValue, level: number): readonly CmwRecord[] {
  if (item instanceof Tagged) return [recordOf(contentFormatOf(item.tag), asBytes(item.value), undefined, undefined)];
  if (Array.isArray(item)) {
    const [type, value, indicator, more] = item as readonly CborValue[];
    return [recordOf(type, asBytes(value), indicator, more)];
  }
  if (!(item instanceof Map) || level === mostLevels)
    throw cmwError("NAT_CMW_FORM", "neither a record nor a collection");
  const members = [...(item as ReadonlyMap<CborKey, CborValue>)].filter(([name]) => name !== collectionType);
  return members.flatMap(([, member]) => readCborItem(member, level + 1));
}

function recordOf(type: unknown, value: Uint8Array, indicator: unknown, more: unknown): CmwRecord {
  if (more !== undefined || (indicator !== undefined && typeof indicator !== "number"))
    throw cmwError("NAT_CMW_FORM", "more than type, value and indicator");
  if (typeof type !== "string" && typeof type !== "number") throw cmwError("NAT_CMW_TYPE", typeof type);
  return checked({ type, value, ...(indicator === undefined ? {} : { indicator }) });
}
