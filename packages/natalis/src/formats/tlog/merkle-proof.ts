// SPDX-License-Identifier: Apache-2.0
// Checking Merkle proofs: inclusion (RFC 9162 section 2.1.3.2) and consistency (section 2.1.4.2). Sizes reach
// 2^53, past what JavaScript's bit operators carry, so the walks halve by division.

import { equalBytes, type Hash } from "../../kernel/index.ts";
import { tlogError } from "./errors.ts";
import { emptyRoot, nodeHash, requireHash, requireIndex, requireSize } from "./merkle.ts";

export interface InclusionClaim {
  /** Leaf hash, not the leaf's data. */
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
  readonly hash: Hash;
}

export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly newSize: number;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly hash: Hash;
}

/**
 * Checks that `leaf` stands at `index` of the tree of `size` leaves under `root` (RFC 9162 section 2.1.3.2).
 * @throws NAT_TLOG_INCLUSION, NAT_TLOG_RANGE, NAT_TLOG_HASH
 */
export function verifyInclusion({ leaf, index, size, proof, root, hash }: InclusionClaim): void {
  requireSize(size);
  requireIndex(index, size);
  requireHash(leaf);
  let node = leaf;
  let position = index;
  let last = size - 1;
  for (const sibling of proof) {
    if (last === 0) throw tlogError("NAT_TLOG_INCLUSION", `${proof.length} hashes are too many for size ${size}`);
    if (isOdd(position) || position === last) {
      node = nodeHash(sibling, node, hash);
      while (!isOdd(position) && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      node = nodeHash(node, sibling, hash);
    }
    [position, last] = [half(position), half(last)];
  }
  if (last !== 0) throw tlogError("NAT_TLOG_INCLUSION", `${proof.length} hashes are too few for size ${size}`);
  if (!equalBytes(node, root)) throw tlogError("NAT_TLOG_INCLUSION", `another root results for index ${index}`);
}

/**
 * Checks that the tree of `newSize` starts with all leaves of the tree of `oldSize` (RFC 9162 section 2.1.4.2).
 * Where the RFC defines no proof: equal sizes need equal roots, and every tree extends the empty one.
 * @throws NAT_TLOG_CONSISTENCY, NAT_TLOG_RANGE, NAT_TLOG_HASH
 */
export function verifyConsistency(claim: ConsistencyClaim): void {
  const { oldSize, oldRoot, newSize, newRoot } = claim;
  requireSize(newSize);
  requireSize(oldSize, newSize);
  requireHash(oldRoot);
  requireHash(newRoot);
  const [foundOld, foundNew] =
    oldSize === 0 || oldSize === newSize ? rootsWithoutProof(claim) : rootsOfConsistencyPath(claim);
  if (!equalBytes(foundOld, oldRoot))
    throw tlogError("NAT_TLOG_CONSISTENCY", `another root of size ${oldSize} results`);
  if (!equalBytes(foundNew, newRoot))
    throw tlogError("NAT_TLOG_CONSISTENCY", `another root of size ${newSize} results`);
}

type Roots = readonly [oldRoot: Uint8Array, newRoot: Uint8Array];

function rootsWithoutProof({ oldSize, newSize, newRoot, proof, hash }: ConsistencyClaim): Roots {
  if (proof.length !== 0)
    throw tlogError("NAT_TLOG_CONSISTENCY", `${proof.length} hashes where sizes ${oldSize} and ${newSize} need none`);
  const oldRoot = oldSize === 0 ? emptyRoot(hash) : newRoot;
  return [oldRoot, oldSize === newSize ? oldRoot : newRoot];
}

function rootsOfConsistencyPath({ oldSize, oldRoot, newSize, proof, hash }: ConsistencyClaim): Roots {
  // The proof leaves out the old root where the old tree is one complete subtree.
  const [first, ...path] = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof;
  if (first === undefined) throw tlogError("NAT_TLOG_CONSISTENCY", "the proof is empty");
  let [position, last] = [oldSize - 1, newSize - 1];
  while (isOdd(position)) [position, last] = [half(position), half(last)];
  let [oldNode, newNode] = [first, first];
  for (const sibling of path) {
    if (last === 0) throw tlogError("NAT_TLOG_CONSISTENCY", `${proof.length} hashes are too many for size ${newSize}`);
    if (isOdd(position) || position === last) {
      oldNode = nodeHash(sibling, oldNode, hash);
      newNode = nodeHash(sibling, newNode, hash);
      while (!isOdd(position) && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      newNode = nodeHash(newNode, sibling, hash);
    }
    [position, last] = [half(position), half(last)];
  }
  if (last !== 0) throw tlogError("NAT_TLOG_CONSISTENCY", `${proof.length} hashes are too few for size ${newSize}`);
  return [oldNode, newNode];
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isPowerOfTwo(size: number): boolean {
  let odd = size;
  while (!isOdd(odd)) odd = half(odd);
  return odd === 1;
}
