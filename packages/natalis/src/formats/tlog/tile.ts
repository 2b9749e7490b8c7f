// SPDX-License-Identifier: Apache-2.0
// One tile of a tiled tree (C2SP tlog-tiles): 1 to 256 consecutive hashes and the complete subtrees above them,
// up to the root of a full tile. Appending costs one node hash on average, and no copy of the tile.

import type { Hash } from "../../kernel/index.ts";
import { hashLength, nodeHashOfPair } from "./merkle.ts";

/** Rows of nodes in a tile, its hashes not counted. */
export const tileHeight = 8;
/** Hashes in a full tile. */
export const tileWidth = 256;
/** Bytes of a full tile. */
export const tileLength = tileWidth * hashLength;

/** Where a tile stands: level 0 holds leaf hashes, each level above the roots of full tiles below; index from 0. */
export interface TileId {
  readonly level: number;
  readonly index: number;
}

/** What a tile's bytes are and where they belong. */
export interface TileBytes {
  readonly id: TileId;
  /** 1 to 256 hashes of 32 bytes. */
  readonly bytes: Uint8Array;
}

export class Tile {
  readonly id: TileId;
  readonly #hash: Hash;
  // All rows, one after the other: 256 hashes, 128 nodes over them, and so on to the root.
  readonly #nodes = new Uint8Array((2 * tileWidth - 1) * hashLength);
  #width = 0;

  constructor(id: TileId, hash: Hash) {
    this.id = id;
    this.#hash = hash;
  }

  /** Hashes in it now: 0 to 256. */
  get width(): number {
    return this.#width;
  }

  get isFull(): boolean {
    return this.#width === tileWidth;
  }

  /** The node over hashes [position * 2^row, (position + 1) * 2^row); a view, and only if all of them are there. */
  node(row: number, position: number): Uint8Array {
    const offset = nodeOffset(row, position);
    return this.#nodes.subarray(offset, offset + hashLength);
  }

  /** Root of a full tile, a view: what the tile above holds. */
  root(): Uint8Array {
    return this.node(tileHeight, 0);
  }

  /** Adds a hash of 32 bytes to a tile that is not full. */
  append(hash: Uint8Array): void {
    this.#nodes.set(hash, this.#width * hashLength);
    this.#width += 1;
    let complete = this.#width;
    for (let row = 1; complete % 2 === 0 && row <= tileHeight; row++) {
      complete /= 2;
      this.#rehash(row, complete - 1);
    }
  }

  /** Changes a hash that is there, and the nodes above it. */
  replace(position: number, hash: Uint8Array): void {
    this.#nodes.set(hash, position * hashLength);
    for (let row = 1; row <= tileHeight; row++) {
      const above = position >> row;
      if ((above + 1) << row > this.#width) return;
      this.#rehash(row, above);
    }
  }

  /** A copy of the hashes, as the tile is stored and served. */
  bytes(): Uint8Array {
    return this.#nodes.slice(0, this.#width * hashLength);
  }

  #rehash(row: number, position: number): void {
    const children = nodeOffset(row - 1, 2 * position);
    this.#nodes.set(nodeHashOfPair(this.#nodes, children, this.#hash), nodeOffset(row, position));
  }
}

function nodeOffset(row: number, position: number): number {
  return (2 * tileWidth - ((2 * tileWidth) >> row) + position) * hashLength;
}
