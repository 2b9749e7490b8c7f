// SPDX-License-Identifier: Apache-2.0
// Reads deterministic CBOR (RFC 8949 section 4.2.1) and CBOR sequences (RFC 8742). Size, then form, then the codec:
// what the scan accepts is exactly what our encoder would have written.

import { type DecodeOptions, decode, type Token, Tokenizer, Type, Token as TokenOf } from "cborg";
import { decodeUtf8 } from "../../kernel/index.ts";
import { cborError } from "./errors.ts";
import { endOfItem } from "./scan.ts";
import { type CborValue, Float64, Tagged } from "./value.ts";

export interface CborLimits {
  /** Default 1 MiB. */
  readonly maximumBytes?: number;
  /** Levels of arrays and maps inside the outermost item; default 16. */
  readonly maximumDepth?: number;
  /** Items of a sequence; default 65,536. */
  readonly maximumItems?: number;
  /** Tags to accept, given as `Tagged`; default none. */
  readonly tags?: readonly number[];
  /** Accept map keys in any order, for foreign formats that ask for none, as COSE does; never repeated keys. */
  readonly anyKeyOrder?: boolean;
}

const defaultMaximumBytes = 1 << 20;
const defaultMaximumDepth = 16;
const defaultMaximumItems = 1 << 16;
const firstByteOfMark = 0xef;

const codecOptions: DecodeOptions = {
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: true,
  strict: true,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  retainStringBytes: true,
};

/**
 * Reads exactly one item. Maps come as `Map`, floats as `Float64`, byte strings as plain copies.
 * @throws NAT_CBOR_SIZE, NAT_CBOR_TRAILING and what the scan refuses: NAT_CBOR_DEPTH, NAT_CBOR_TRUNCATED,
 * NAT_CBOR_NOT_DETERMINISTIC, NAT_CBOR_DUPLICATE_KEY, NAT_CBOR_UNSUPPORTED, NAT_CBOR_UTF8
 */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits = {}): CborValue {
  requireSize(bytes, limits);
  const end = scanItem(bytes, 0, limits);
  if (end !== bytes.length) throw cborError("NAT_CBOR_TRAILING", `${bytes.length - end} bytes after byte ${end}`);
  const tokenizer = new FaithfulTokenizer(bytes, codecOptions);
  return decode(bytes, { ...codecOptions, tags: tagDecoders(limits.tags ?? []), tokenizer }) as CborValue;
}

/**
 * Splits a CBOR sequence into the raw bytes of its items (views, not copies); no bytes give no items.
 * @throws as `decodeCbor`
 */
export function decodeCborSequence(bytes: Uint8Array, limits: CborLimits = {}): Uint8Array[] {
  requireSize(bytes, limits);
  const maximum = limits.maximumItems ?? defaultMaximumItems;
  const items: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = scanItem(bytes, start, limits);
    if (items.length === maximum) throw cborError("NAT_CBOR_SIZE", `more than ${maximum} items`);
    items.push(bytes.subarray(start, end));
    start = end;
  }
  return items;
}

function requireSize(bytes: Uint8Array, limits: CborLimits): void {
  const maximum = limits.maximumBytes ?? defaultMaximumBytes;
  if (bytes.length > maximum) throw cborError("NAT_CBOR_SIZE", `${bytes.length} bytes, at most ${maximum}`);
}

function scanItem(bytes: Uint8Array, start: number, limits: CborLimits): number {
  const rules = { tags: limits.tags ?? [], anyKeyOrder: limits.anyKeyOrder ?? false };
  return endOfItem(bytes, start, limits.maximumDepth ?? defaultMaximumDepth, rules);
}

function tagDecoders(tags: readonly number[]): NonNullable<DecodeOptions["tags"]> {
  return Object.fromEntries(tags.map((tag) => [tag, (content) => new Tagged(tag, content() as CborValue)]));
}

/** The codec would make 20 of both 20 and 20.0, drop a leading U+FEFF from text, and give out Node's Buffers. */
class FaithfulTokenizer extends Tokenizer {
  override next(): Token {
    const token = super.next();
    const length = token.encodedLength;
    if (token.type === Type.float) return new TokenOf(Type.float, new Float64(token.value), length);
    if (token.type === Type.bytes) return new TokenOf(Type.bytes, new Uint8Array(token.value), length);
    const text = token.type === Type.string ? token.byteValue : undefined;
    return text?.[0] === firstByteOfMark ? new TokenOf(Type.string, decodeUtf8(text), length) : token;
  }
}
