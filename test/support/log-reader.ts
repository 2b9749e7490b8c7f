// SPDX-License-Identifier: Apache-2.0
// Reads a log as a stranger does, by C2SP tlog-tiles paths, and computes every root that its entries ever had
// (RFC 9162 section 2.1.1), by a way of its own.

import { nodeHash as hash } from "@natalis/node";
import { entriesPath, leafHash, nodeHash, parseCheckpoint, parseEntryBundle } from "natalis/formats";
import type { Client } from "./client.ts";

const bundleWidth = 256;

/** The first `size` entries. */
export async function readEntries(client: Client, size: number): Promise<Uint8Array[]> {
  const entries: Uint8Array[] = [];
  for (let index = 0; entries.length < size; index++) {
    const width = Math.min(bundleWidth, size - entries.length);
    const found = parseEntryBundle(await client.bytes(`/log/${entriesPath(index, width)}`));
    if (found.length !== width) throw new Error(`bundle ${index} has ${found.length} entries, not ${width}`);
    entries.push(...found);
  }
  return entries;
}

/** Roots of the log at every size, by size; that of size 0 is not a log's. */
export function rootsBySize(entries: readonly Uint8Array[]): Uint8Array[] {
  const roots: Uint8Array[] = [new Uint8Array(0)];
  // Complete subtrees from left to right, as the ones of the size's binary digits.
  const peaks: { height: number; node: Uint8Array }[] = [];
  for (const entry of entries) {
    let [height, node] = [0, leafHash(entry, hash)];
    for (let last = peaks.at(-1); last?.height === height; last = peaks.at(-1)) {
      peaks.pop();
      [height, node] = [height + 1, nodeHash(last.node, node, hash)];
    }
    peaks.push({ height, node });
    roots.push(peaks.map((peak) => peak.node).reduceRight((right, left) => nodeHash(left, right, hash)));
  }
  return roots;
}

/** Size and root that a checkpoint note states; its signatures are another matter. */
export function statementOf(note: string): { readonly size: number; readonly root: Uint8Array } {
  return parseCheckpoint(note.slice(0, note.indexOf("\n\n") + 1));
}
