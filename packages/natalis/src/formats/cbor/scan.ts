// SPDX-License-Identifier: Apache-2.0
// Walks over one CBOR item without building it and refuses whatever deterministic encoding (RFC 8949 section 4.2.1)
// or our profile does not allow: no undefined, tags only where asked for, floats as binary64 only, map keys integers or
// text. Runs before the codec does, so that hostile bytes never reach recursion or allocation there.

import { compareBytes, decodeUtf8, toHex } from "../../kernel/index.ts";
import { cborError } from "./errors.ts";

const majorTypes = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6 } as const;
const binary64 = 0xfb;
const plainSimple: ReadonlySet<number> = new Set([0xf4, 0xf5, 0xf6]);

interface Head {
  readonly major: number;
  /** Rounded where above 2^53: only compared with sizes, which are far below. */
  readonly argument: number;
  readonly end: number;
}

export interface ScanRules {
  /** Tags that may stand before an item. */
  readonly tags: readonly number[];
  /** Whether map keys may stand in any order; they may never repeat. */
  readonly anyKeyOrder: boolean;
}

/**
 * The offset after the item that starts at `start`, which may nest `depth` levels deep.
 * @throws NAT_CBOR_DEPTH, NAT_CBOR_TRUNCATED, NAT_CBOR_NOT_DETERMINISTIC, NAT_CBOR_DUPLICATE_KEY, NAT_CBOR_UNSUPPORTED,
 * NAT_CBOR_UTF8
 */
export function endOfItem(bytes: Uint8Array, start: number, depth: number, rules: ScanRules): number {
  if (depth < 0) throw cborError("NAT_CBOR_DEPTH", `at byte ${start}`);
  const initial = byteAt(bytes, start);
  if (initial >= 0xe0) return endOfSimple(bytes, start, initial);
  const head = readHead(bytes, start, initial);
  if (head.major <= majorTypes.negative) return head.end;
  if (head.major <= majorTypes.text) return endOfString(bytes, start, head);
  if (head.major === majorTypes.array) return endOfArray(bytes, head, depth, rules);
  if (head.major === majorTypes.map) return endOfMap(bytes, head, depth, rules);
  if (rules.tags.includes(head.argument)) return endOfItem(bytes, head.end, depth - 1, rules);
  throw cborError("NAT_CBOR_UNSUPPORTED", `tag ${head.argument} at byte ${start}`);
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw cborError("NAT_CBOR_TRUNCATED", `at byte ${offset}`);
  return byte;
}

function endOfSimple(bytes: Uint8Array, start: number, initial: number): number {
  if (plainSimple.has(initial)) return start + 1;
  if (initial === 0xf9 || initial === 0xfa)
    throw cborError("NAT_CBOR_NOT_DETERMINISTIC", `a float shorter than binary64 at byte ${start}`);
  if (initial !== binary64)
    throw cborError("NAT_CBOR_UNSUPPORTED", `initial byte 0x${initial.toString(16)} at byte ${start}`);
  const end = start + 9;
  if (end > bytes.length) throw cborError("NAT_CBOR_TRUNCATED", `in the float at byte ${start}`);
  const exponent = ((bytes[start + 1] as number) << 4) | ((bytes[start + 2] as number) >> 4);
  if ((exponent & 0x7ff) === 0x7ff) throw cborError("NAT_CBOR_UNSUPPORTED", `NaN or infinity at byte ${start}`);
  return end;
}

function readHead(bytes: Uint8Array, start: number, initial: number): Head {
  const major = initial >> 5;
  const information = initial & 0x1f;
  if (information < 24) return { major, argument: information, end: start + 1 };
  if (information === 31) throw cborError("NAT_CBOR_NOT_DETERMINISTIC", `indefinite length at byte ${start}`);
  if (information > 27) throw cborError("NAT_CBOR_UNSUPPORTED", `reserved initial byte at byte ${start}`);
  const length = 1 << (information - 24);
  let argument = 0;
  for (let i = 1; i <= length; i++) argument = argument * 256 + byteAt(bytes, start + i);
  const smallest = length === 1 ? 24 : 256 ** (length / 2);
  if (argument < smallest) throw cborError("NAT_CBOR_NOT_DETERMINISTIC", `a longer head than needed at byte ${start}`);
  return { major, argument, end: start + 1 + length };
}

function endOfString(bytes: Uint8Array, start: number, head: Head): number {
  const end = head.end + head.argument;
  if (end > bytes.length) throw cborError("NAT_CBOR_TRUNCATED", `in the string at byte ${start}`);
  if (head.major === majorTypes.text) refuseBadUtf8(bytes.subarray(head.end, end), start);
  return end;
}

function refuseBadUtf8(text: Uint8Array, start: number): void {
  try {
    decodeUtf8(text);
  } catch (cause) {
    throw cborError("NAT_CBOR_UTF8", `in the text at byte ${start}`, cause);
  }
}

function endOfArray(bytes: Uint8Array, head: Head, depth: number, rules: ScanRules): number {
  let end = head.end;
  for (let i = 0; i < head.argument; i++) end = endOfItem(bytes, end, depth - 1, rules);
  return end;
}

function endOfMap(bytes: Uint8Array, head: Head, depth: number, rules: ScanRules): number {
  const requireNewKey = rules.anyKeyOrder ? refuseRepeated() : refuseUnsorted();
  let end = head.end;
  for (let i = 0; i < head.argument; i++) {
    const keyEnd = endOfKey(bytes, end);
    requireNewKey(bytes.subarray(end, keyEnd), end);
    end = endOfItem(bytes, keyEnd, depth - 1, rules);
  }
  return end;
}

function endOfKey(bytes: Uint8Array, start: number): number {
  const initial = byteAt(bytes, start);
  const major = initial >> 5;
  if (major > majorTypes.text || major === majorTypes.bytes)
    throw cborError("NAT_CBOR_UNSUPPORTED", `a map key that is neither integer nor text at byte ${start}`);
  const head = readHead(bytes, start, initial);
  if (major === majorTypes.text) return endOfString(bytes, start, head);
  const magnitude = major === majorTypes.negative ? head.argument + 1 : head.argument;
  if (magnitude > Number.MAX_SAFE_INTEGER)
    throw cborError("NAT_CBOR_UNSUPPORTED", `a map key beyond 2^53 at byte ${start}`);
  return head.end;
}

function refuseUnsorted(): (key: Uint8Array, start: number) => void {
  let previous: Uint8Array | undefined;
  return (key, start) => {
    const order = previous === undefined ? -1 : compareBytes(previous, key);
    if (order === 0) throw cborError("NAT_CBOR_DUPLICATE_KEY", `at byte ${start}`);
    if (order > 0) throw cborError("NAT_CBOR_NOT_DETERMINISTIC", `map keys out of order at byte ${start}`);
    previous = key;
  };
}

function refuseRepeated(): (key: Uint8Array, start: number) => void {
  const seen = new Set<string>();
  return (key, start) => {
    if (seen.size === seen.add(toHex(key)).size) throw cborError("NAT_CBOR_DUPLICATE_KEY", `at byte ${start}`);
  };
}
