// SPDX-License-Identifier: Apache-2.0
// Merkle tree hashing over leaf hashes held in memory: RFC 9162 section 2.1.1 (roots) and 2.1.3.1 (inclusion
// proofs). A tree too large for memory is a TiledTree; proofs are checked in merkle-proof.ts.

import type { Hash } from "../../kernel/index.ts";
import { tlogError } from "./errors.ts";

/** Bytes of one tree hash (SHA-256). */
export const hashLength = 32;

/** Root of the tree without leaves: the hash of the empty string (RFC 9162 section 2.1.1). */
export function emptyRoot(hash: Hash): Uint8Array {
  return hash.sha256(new Uint8Array(0));
}

/** SHA-256(0x00 || data): the prefix keeps leaves and nodes apart (RFC 9162 section 2.1.1). */
export function leafHash(data: Uint8Array, hash: Hash): Uint8Array {
  const prefixed = new Uint8Array(1 + data.length);
  prefixed.set(data, 1);
  return hash.sha256(prefixed);
}

// One buffer serves every node: hashing is synchronous, so nobody else can be using it. Allocating 65 bytes a
// node costs as much as a quarter of the hash.
const nodeInput = new Uint8Array(1 + 2 * hashLength);
nodeInput[0] = 0x01;

/** SHA-256(0x01 || left || right) (RFC 9162 section 2.1.1). @throws NAT_TLOG_HASH */
export function nodeHash(left: Uint8Array, right: Uint8Array, hash: Hash): Uint8Array {
  requireHash(left);
  requireHash(right);
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + hashLength);
  return hash.sha256(nodeInput);
}

/** The same of two hashes that lie side by side in `pairs` from `offset` on: one copy instead of two. */
export function nodeHashOfPair(pairs: Uint8Array, offset: number, hash: Hash): Uint8Array {
  nodeInput.set(pairs.subarray(offset, offset + 2 * hashLength), 1);
  return hash.sha256(nodeInput);
}

/** The root over leaf hashes in their order (RFC 9162 section 2.1.1). @throws NAT_TLOG_HASH */
export function rootOfLeaves(hashes: readonly Uint8Array[], hash: Hash): Uint8Array {
  hashes.forEach(requireHash);
  let row = hashes;
  while (row.length > 1) row = rowAbove(row, hash);
  return row[0] ?? emptyRoot(hash);
}

/**
 * The inclusion proof of one leaf, from its sibling up to the root's child (RFC 9162 section 2.1.3.1).
 * @throws NAT_TLOG_HASH, NAT_TLOG_RANGE
 */
export function inclusionProofOfLeaves(hashes: readonly Uint8Array[], index: number, hash: Hash): Uint8Array[] {
  hashes.forEach(requireHash);
  requireIndex(index, hashes.length);
  const proof: Uint8Array[] = [];
  let row = hashes;
  for (let position = index; row.length > 1; position >>>= 1) {
    const sibling = row[position ^ 1];
    if (sibling !== undefined) proof.push(sibling);
    row = rowAbove(row, hash);
  }
  return proof;
}

/** @throws NAT_TLOG_HASH */
export function requireHash(bytes: Uint8Array): void {
  if (bytes.length !== hashLength) throw tlogError("NAT_TLOG_HASH", `${bytes.length} bytes`);
}

/** @throws NAT_TLOG_RANGE unless `index` is a position in a tree of `size` leaves. */
export function requireIndex(index: number, size: number): void {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw tlogError("NAT_TLOG_RANGE", `index ${index} in a tree of ${size}`);
}

/** @throws NAT_TLOG_RANGE unless `size` is a number of leaves of at most `largest`. */
export function requireSize(size: number, largest = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(size) || size < 0 || size > largest)
    throw tlogError("NAT_TLOG_RANGE", `size ${size}, at most ${largest}`);
}

// RFC 9162 splits at the largest power of two below the size. Pairing neighbours row by row, with a last one
// that has no neighbour going up as it is, builds the same tree without recursion.
function rowAbove(row: readonly Uint8Array[], hash: Hash): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let i = 0; i + 1 < row.length; i += 2)
    above.push(nodeHash(row[i] as Uint8Array, row[i + 1] as Uint8Array, hash));
  if (row.length % 2 === 1) above.push(row[row.length - 1] as Uint8Array);
  return above;
}
