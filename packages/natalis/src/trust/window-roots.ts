// SPDX-License-Identifier: Apache-2.0
// The RFC 9162 root of every run of `count` neighbouring leaves. Overlapping runs share their subtrees, so all of them
// together cost a few hashes a leaf instead of `count`: a lost batch is looked for everywhere, at the price of one pass.

import type { Hash } from "../kernel/index.ts";
import { nodeHash } from "../formats/index.ts";
import { leafLength } from "./record.ts";

/** Hashes that `windowRoots` computes a leaf, at most. */
export function windowCost(count: number): number {
  const bits = count.toString(2);
  return bits.length - 1 + bits.replaceAll("0", "").length - 1;
}

/**
 * Roots of the runs that start at leaf 0, 1, 2 ..., joined.
 * @param leaves leaf hashes, joined
 * @param count leaves a run, at least 1
 */
export function windowRoots(leaves: Uint8Array, count: number, hash: Hash): Uint8Array {
  const windows = leaves.length / leafLength - count + 1;
  if (windows < 1) return new Uint8Array(0);
  // A tree of `count` leaves is complete subtrees of falling size, one a bit of `count`, folded from the smallest.
  let subtrees = leaves.slice();
  let folded: Uint8Array | undefined;
  for (let size = 1; size <= count; size *= 2) {
    if ((count & size) !== 0) folded = folded === undefined ? subtrees.slice() : combine(subtrees, folded, size, hash);
    if (size * 2 <= count) subtrees = combine(subtrees, subtrees, size, hash);
  }
  return (folded as Uint8Array).subarray(0, windows * leafLength);
}

/** At each position the parent of the left node there and of the right node `distance` leaves further on. */
function combine(left: Uint8Array, right: Uint8Array, distance: number, hash: Hash): Uint8Array<ArrayBuffer> {
  const gap = distance * leafLength;
  const parents = new Uint8Array(Math.max(0, Math.min(left.length, right.length - gap)));
  for (let at = 0; at < parents.length; at += leafLength) {
    const parent = nodeHash(left.subarray(at, at + leafLength), right.subarray(at + gap, at + gap + leafLength), hash);
    parents.set(parent, at);
  }
  return parents;
}
