// SPDX-License-Identifier: Apache-2.0
// A Merkle tree kept as tiles of height 8 (C2SP tlog-tiles, hashing of RFC 9162 section 2.1): the append-only log
// and the state tree, whose leaves also change. Each tile is read at most once, and changes stay in memory until
// the owner has stored them. Whoever compares `root()` with a trusted root has checked all that the tree answers
// from then on: a full tile is checked against the tile above it when it is read.

import type { Awaitable, Hash } from "../../kernel/index.ts";
import { emptyRoot, hashLength, nodeHash, requireHash, requireIndex, requireSize } from "./merkle.ts";
import { type Tile, type TileBytes, tileHeight, type TileId, tileWidth } from "./tile.ts";
import { TileMemory, type TileReader, whenInMemory } from "./tile-memory.ts";

/**
 * Every operation answers at once when its tiles are in memory, and takes effect as a whole; operations may
 * overlap. Answers for a size below the present one hold as long as no leaf was replaced.
 *
 * All throw NAT_TLOG_RANGE for an index or size outside the tree, NAT_TLOG_HASH for a leaf hash that is not
 * 32 bytes long, and NAT_TLOG_TILE where the stored tiles do not add up.
 */
export class TiledTree {
  readonly #memory: TileMemory;
  readonly #hash: Hash;
  readonly #changed = new Set<Tile>();
  #size: number;

  /** The tree of the first `size` leaves that the reader has tiles for. */
  constructor(size: number, tiles: TileReader, hash: Hash) {
    requireSize(size);
    this.#memory = new TileMemory(size, tiles, hash);
    this.#hash = hash;
    this.#size = size;
  }

  /** Leaves, those appended and not yet stored included. */
  get size(): number {
    return this.#size;
  }

  /** Adds a leaf at the right end and answers its index. */
  append(leaf: Uint8Array): Awaitable<number> {
    requireHash(leaf);
    return whenInMemory(() => this.#append(leaf));
  }

  /** Changes one leaf hash and the nodes above it. */
  replace(index: number, leaf: Uint8Array): Awaitable<void> {
    requireHash(leaf);
    requireIndex(index, this.#size);
    return whenInMemory(() => this.#replace(index, leaf));
  }

  /** The leaf hash at `index`. */
  leaf(index: number): Awaitable<Uint8Array> {
    requireIndex(index, this.#size);
    return whenInMemory(() => this.#node(0, index).slice());
  }

  /** The first `width` hashes of a tile, or undefined where it has fewer; those of a full tile the tile above vouches for. */
  tile({ level, index }: TileId, width: number): Awaitable<Uint8Array | undefined> {
    const hashes = Math.floor(this.#size / tileWidth ** level) - index * tileWidth;
    if (hashes < width) return undefined;
    return whenInMemory(() =>
      this.#memory
        .tile(level, index)
        .bytes()
        .subarray(0, width * hashLength),
    );
  }

  /** The root of all leaves (RFC 9162 section 2.1.1). */
  root(): Awaitable<Uint8Array> {
    return whenInMemory(() => this.#root());
  }

  /** The root that the first `size` leaves have. */
  rootAt(size: number): Awaitable<Uint8Array> {
    requireSize(size, this.#size);
    return whenInMemory(() => (size === this.#size ? this.#root() : this.#rootOfRange(0, size, tallest)));
  }

  /** The proof that a leaf is in the tree of the first `size` leaves (RFC 9162 section 2.1.3.1). */
  inclusionProof(index: number, size = this.#size): Awaitable<Uint8Array[]> {
    requireSize(size, this.#size);
    requireIndex(index, size);
    return whenInMemory(() => this.#siblingsAbove(0, index, size));
  }

  /** The same for many leaves at once: neighbours share most of their proofs, and then the very same arrays. */
  inclusionProofs(indexes: readonly number[], size = this.#size): Awaitable<Uint8Array[][]> {
    requireSize(size, this.#size);
    for (const index of indexes) requireIndex(index, size);
    return whenInMemory(() => {
      const known = new Map<number, Uint8Array>();
      return indexes.map((index) => this.#siblingsAbove(0, index, size, known));
    });
  }

  /** The proof that the first `size` leaves extend the first `oldSize` (RFC 9162 section 2.1.4.1). */
  consistencyProof(oldSize: number, size = this.#size): Awaitable<Uint8Array[]> {
    requireSize(size, this.#size);
    requireSize(oldSize, size);
    return whenInMemory(() => this.#consistencyProof(oldSize, size));
  }

  /** Copies of the tiles that differ from what is stored, level by level from the left. */
  changedTiles(): TileBytes[] {
    return [...this.#changed].toSorted(byPlace).map((tile) => ({ id: tile.id, bytes: tile.bytes() }));
  }

  /**
   * Tells the tree that its changed tiles are stored, so that it may go on with the next batch: the changes are
   * forgotten, and so are full tiles that were not used lately. A tree whose batch failed is to be dropped.
   */
  settle(): void {
    this.#changed.clear();
    this.#memory.trim();
  }

  #append(leaf: Uint8Array): number {
    const edge = this.#memory.edge();
    let hash = leaf;
    for (let level = 0; ; level++) {
      const tile = edge[level] ?? this.#memory.openNext(level);
      tile.append(hash);
      this.#changed.add(tile);
      if (!tile.isFull) return this.#size++;
      this.#memory.openNext(level);
      hash = tile.root();
    }
  }

  #replace(index: number, leaf: Uint8Array): void {
    let hash = leaf;
    let position = index;
    for (const tile of this.#pathAbove(index)) {
      tile.replace(position % tileWidth, hash);
      this.#changed.add(tile);
      position = Math.floor(position / tileWidth);
      hash = tile.root();
    }
  }

  // The leaf's tile and those above it, up to the first that is not full.
  #pathAbove(index: number): Tile[] {
    const path: Tile[] = [];
    let position = index;
    do {
      position = Math.floor(position / tileWidth);
      path.push(this.#memory.tile(path.length, position));
    } while (path.at(-1)?.isFull);
    return path;
  }

  // The complete subtrees that make up the tree stand where a bit of an open tile's width is set, smallest first.
  #root(): Uint8Array {
    let root: Uint8Array | undefined;
    for (const tile of this.#memory.edge()) {
      for (let row = 0; row < tileHeight; row++) {
        const complete = tile.width >> row;
        if (complete % 2 === 0) continue;
        const subtree = tile.node(row, complete - 1);
        root = root === undefined ? subtree : nodeHash(subtree, root, this.#hash);
      }
    }
    return root?.slice() ?? emptyRoot(this.#hash);
  }

  #consistencyProof(oldSize: number, size: number): Uint8Array[] {
    if (oldSize === 0 || oldSize === size) return [];
    let height = 0;
    while (oldSize % 2 ** (height + 1) === 0) height++;
    const last = oldSize / 2 ** height - 1;
    const path = this.#siblingsAbove(height, last, size);
    // Where the old tree is one complete subtree, its hash is the old root, which the verifier has.
    return last === 0 ? path : [this.#node(height, last).slice(), ...path];
  }

  // `known` holds nodes by the middle of what they cover, which no two nodes share.
  #siblingsAbove(from: number, start: number, size: number, known?: Map<number, Uint8Array>): Uint8Array[] {
    const siblings: Uint8Array[] = [];
    let position = start;
    for (let height = from; 2 ** height < size; height++) {
      const sibling = position % 2 === 0 ? position + 1 : position - 1;
      const first = sibling * 2 ** height;
      const middle = first + 2 ** height / 2;
      if (first < size) {
        const root = known?.get(middle) ?? this.#rootOfRange(first, Math.min(first + 2 ** height, size), height);
        known?.set(middle, root);
        siblings.push(root);
      }
      position = Math.floor(position / 2);
    }
    return siblings;
  }

  // MTH(D[start:end]) of a range of at most 2^height leaves that one node covers: complete subtrees from the
  // left, each smaller than the one before, folded from the right.
  #rootOfRange(start: number, end: number, height: number): Uint8Array {
    const subtrees: Uint8Array[] = [];
    let first = start;
    for (let below = height; first < end; below--) {
      if (first + 2 ** below > end) continue;
      subtrees.push(this.#node(below, first / 2 ** below));
      first += 2 ** below;
    }
    const smallest = subtrees.pop();
    if (smallest === undefined) return emptyRoot(this.#hash);
    return subtrees.reduceRight((root, subtree) => nodeHash(subtree, root, this.#hash), smallest).slice();
  }

  // The root of a complete subtree of 2^height leaves. A view: it lasts until the tree changes.
  #node(height: number, position: number): Uint8Array {
    const row = height % tileHeight;
    const width = tileWidth >> row;
    const tile = this.#memory.tile(Math.floor(height / tileHeight), Math.floor(position / width));
    return tile.node(row, position % width);
  }
}

// Sizes stay below 2^53.
const tallest = 52;

function byPlace(a: Tile, b: Tile): number {
  return a.id.level - b.id.level || a.id.index - b.id.index;
}
