// SPDX-License-Identifier: Apache-2.0
// Entry bundles: up to 256 log entries, each behind its length as a big-endian uint16 (C2SP tlog-tiles, "Log entries").

import { tlogError } from "./errors.ts";
import { tileWidth } from "./tile.ts";

/** Bytes of the longest entry that a bundle can carry. */
export const longestEntry = 0xffff;

/** @param entries 1 to 256, of at most 65,535 bytes each @throws NAT_TLOG_ENTRY_BUNDLE */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length < 1 || entries.length > tileWidth)
    throw tlogError("NAT_TLOG_ENTRY_BUNDLE", `${entries.length} entries`);
  const bundle = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  const view = new DataView(bundle.buffer);
  let offset = 0;
  for (const entry of entries) {
    if (entry.length > longestEntry) throw tlogError("NAT_TLOG_ENTRY_BUNDLE", `an entry of ${entry.length} bytes`);
    view.setUint16(offset, entry.length);
    bundle.set(entry, offset + 2);
    offset += 2 + entry.length;
  }
  return bundle;
}

/** The entries of a bundle, as views into it. @throws NAT_TLOG_ENTRY_BUNDLE */
export function parseEntryBundle(bundle: Uint8Array): Uint8Array[] {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Uint8Array[] = [];
  for (let offset = 0; offset < bundle.length; ) {
    const start = offset + 2;
    const end = start > bundle.length ? start : start + view.getUint16(offset);
    if (end > bundle.length) throw tlogError("NAT_TLOG_ENTRY_BUNDLE", `entry ${entries.length} is cut off`);
    if (entries.length === tileWidth) throw tlogError("NAT_TLOG_ENTRY_BUNDLE", `more than ${tileWidth} entries`);
    entries.push(bundle.subarray(start, end));
    offset = end;
  }
  if (entries.length === 0) throw tlogError("NAT_TLOG_ENTRY_BUNDLE", "no entries");
  return entries;
}
