// SPDX-License-Identifier: Apache-2.0
// The tiles of one tree that are in memory (C2SP tlog-tiles). Asking for one that is not there throws a MissingTile;
// the operation is then run again once it has been read, so that every operation works on memory alone, all at once.

import { type Awaitable, equalBytes, type Hash } from "../../kernel/index.ts";
import { tlogError } from "./errors.ts";
import { hashLength } from "./merkle.ts";
import { Tile, type TileId, tileLength, tileWidth } from "./tile.ts";

/**
 * Guarantee: the bytes last stored for the tile, or undefined where none were. A tile of an append-only tree may
 * have grown past the size that the reading tree was opened with.
 */
export interface TileReader {
  readTile(id: TileId): Awaitable<Uint8Array | undefined>;
}

/** Thrown to `whenInMemory`, never to callers: what must be read before the operation can run. */
class MissingTile extends Error {
  readonly read: () => Promise<void>;

  constructor(read: () => Promise<void>) {
    super("a tile is not in memory");
    this.read = read;
  }
}

/** Runs an operation that changes nothing before it has all its tiles; again after each tile that had to be read. */
export function whenInMemory<T>(operation: () => T): Awaitable<T> {
  try {
    return operation();
  } catch (error) {
    if (!(error instanceof MissingTile)) throw error;
    return error.read().then(() => whenInMemory(operation));
  }
}

// What `trim` keeps besides the right edge: 4 MiB.
const keptTiles = 256;

export class TileMemory {
  readonly #size: number;
  readonly #tiles: TileReader;
  readonly #hash: Hash;
  #edge: Tile[] | undefined;
  // Full tiles, least recently used first.
  readonly #closed = new Map<number, Tile>();
  readonly #reading = new Map<number, Promise<void>>();

  /** @param size that the stored tiles have */
  constructor(size: number, tiles: TileReader, hash: Hash) {
    this.#size = size;
    this.#tiles = tiles;
    this.#hash = hash;
  }

  /** The open tile of each level, from the leaves up: where the next hash of that level goes. @throws MissingTile */
  edge(): readonly Tile[] {
    return this.#openTiles();
  }

  /** A tile that the tree has. @throws MissingTile */
  tile(level: number, index: number): Tile {
    const open = this.edge()[level];
    if (open?.id.index === index) return open;
    const key = tileKey(level, index);
    const closed = this.#closed.get(key);
    if (closed === undefined) throw new MissingTile(() => this.#once(key, () => this.#readClosed({ level, index })));
    // Moved to the end: `trim` drops from the start.
    this.#closed.delete(key);
    this.#closed.set(key, closed);
    return closed;
  }

  /** Starts the next open tile of a level; the one that was open there is full. @throws MissingTile */
  openNext(level: number): Tile {
    const edge = this.#openTiles();
    const full = edge[level];
    if (full !== undefined) this.#closed.set(tileKey(level, full.id.index), full);
    const next = new Tile({ level, index: full === undefined ? 0 : full.id.index + 1 }, this.#hash);
    edge[level] = next;
    return next;
  }

  /** Lets go of full tiles that were not used lately. Only when no change is waiting to be stored. */
  trim(): void {
    for (const key of this.#closed.keys()) {
      if (this.#closed.size <= keptTiles) return;
      this.#closed.delete(key);
    }
  }

  #openTiles(): Tile[] {
    if (this.#edge === undefined) throw new MissingTile(() => this.#once(edgeKey, () => this.#readEdge()));
    return this.#edge;
  }

  // Those who ask while a tile is being read wait for the same reading; a failure is not remembered.
  #once(key: number, read: () => Promise<void>): Promise<void> {
    const underWay = this.#reading.get(key);
    if (underWay !== undefined) return underWay;
    const reading = read().finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  async #readEdge(): Promise<void> {
    const tiles: Promise<Tile>[] = [];
    for (let level = 0, hashes = this.#size; hashes > 0; level++) {
      const id = { level, index: Math.floor(hashes / tileWidth) };
      tiles.push(this.#read(id, hashes % tileWidth));
      hashes = id.index;
    }
    this.#edge = await Promise.all(tiles);
  }

  // The tile above vouches for a closed tile, and is itself vouched for, up to the open tiles, whose hashes all
  // count in the root: so damage in storage is found before anything is built on it.
  async #readClosed(id: TileId): Promise<void> {
    const tile = await this.#read(id, tileWidth);
    const above = await whenInMemory(() => this.tile(id.level + 1, Math.floor(id.index / tileWidth)));
    if (!equalBytes(tile.root(), above.node(0, id.index % tileWidth)))
      throw tlogError("NAT_TLOG_TILE", `${describe(id)} does not hash to what the tile above it holds`);
    this.#closed.set(tileKey(id.level, id.index), tile);
  }

  async #read(id: TileId, width: number): Promise<Tile> {
    const tile = new Tile(id, this.#hash);
    if (width === 0) return tile;
    const bytes = await this.#tiles.readTile(id);
    if (bytes === undefined) throw tlogError("NAT_TLOG_TILE", `${describe(id)} is missing`);
    if (bytes.length < width * hashLength || bytes.length > tileLength || bytes.length % hashLength !== 0)
      throw tlogError("NAT_TLOG_TILE", `${describe(id)} has ${bytes.length} bytes, ${width} hashes are needed`);
    for (let i = 0; i < width; i++) tile.append(bytes.subarray(i * hashLength, (i + 1) * hashLength));
    return tile;
  }
}

const edgeKey = -1;

// One number a tile: indexes stay below 2^45, since sizes stay below 2^53.
function tileKey(level: number, index: number): number {
  return level * 2 ** 46 + index;
}

function describe({ level, index }: TileId): string {
  return `tile ${level}/${index}`;
}
