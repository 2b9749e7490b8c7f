// SPDX-License-Identifier: Apache-2.0
// The log as anyone may read it (C2SP tlog-tiles): every tile and every bundle of entries is held against the root of the
// newest checkpoint before it is told. A page that a disk tore or a bit that it lost is refused here, and not left to
// whoever follows the log to take for a fork.

import { encodeEntryBundle, leafHash, parseCheckpoint, parseNote, TiledTree, type TileId } from "../formats/index.ts";
import { equalBytes, type Hash } from "../kernel/index.ts";
import { registryError } from "./errors.ts";
import { type CheckpointStore, type CommitStore, type LogStore, logTiles, type RegistryHead } from "./ports.ts";
import { isSameHead, onStableHead } from "./stable-head.ts";

export interface ServedLogStores {
  readonly commits: Pick<CommitStore, "head">;
  readonly log: LogStore;
  readonly checkpoints: Pick<CheckpointStore, "checkpointAt">;
}

const bundleWidth = 256;
const hashLength = 32;

interface Ground {
  readonly head: RegistryHead;
  readonly tree: TiledTree;
}

/** All throw NAT_REGISTRY_DAMAGED and NAT_TLOG_TILE where what is stored does not add up, and NAT_REGISTRY_BUSY. */
export class ServedLog {
  readonly #stores: ServedLogStores;
  readonly #hash: Hash;
  #ground: Ground | undefined;

  constructor(stores: ServedLogStores, hash: Hash) {
    this.#stores = stores;
    this.#hash = hash;
  }

  /** The newest checkpoint, or undefined where the log is empty. */
  checkpoint(): Promise<string | undefined> {
    return this.#at(async ({ head }) => {
      const { origin: _, ...stated } = parseCheckpoint(parseNote(head.checkpoint).text);
      // It is stored twice: damage to one of them shows.
      const stored = await this.#stores.checkpoints.checkpointAt(head.size);
      if (stored !== head.checkpoint || !isSameStatement(stated, head))
        throw registryError("NAT_REGISTRY_DAMAGED", `the checkpoint of size ${head.size}`);
      return head.checkpoint;
    });
  }

  /** The first `width` hashes of a tile, or undefined where the log has not got so far. */
  tile(id: TileId, width: number): Promise<Uint8Array | undefined> {
    return this.#at(async ({ tree }) => tree.tile(id, width));
  }

  /** The first `width` entries of a bundle of 256, encoded, or undefined where the log has not got so far. */
  bundle(index: number, width: number): Promise<Uint8Array | undefined> {
    return this.#at(async ({ tree }) => {
      const leaves = await tree.tile({ level: 0, index }, width);
      if (leaves === undefined) return undefined;
      const entries = await this.#stores.log.readEntries(index * bundleWidth, width);
      this.#requireLeaves(entries, leaves, index);
      return encodeEntryBundle(entries);
    });
  }

  #requireLeaves(entries: readonly Uint8Array[], leaves: Uint8Array, index: number): void {
    const isWhole = entries.length * hashLength === leaves.length;
    const isSame = (entry: Uint8Array, i: number) =>
      equalBytes(leafHash(entry, this.#hash), leaves.subarray(i * hashLength, (i + 1) * hashLength));
    if (!isWhole || !entries.every(isSame)) throw registryError("NAT_REGISTRY_DAMAGED", `entries of bundle ${index}`);
  }

  #at<Result>(work: (ground: Ground) => Promise<Result>): Promise<Result | undefined> {
    return onStableHead(this.#stores.commits, async (head) => {
      if (head === undefined) return undefined;
      const ground = await this.#groundOf(head);
      const result = await work(ground);
      ground.tree.settle();
      return result;
    });
  }

  /** Tiles stay in memory, as far as they are used, until the log grows. */
  async #groundOf(head: RegistryHead): Promise<Ground> {
    if (this.#ground !== undefined && isSameHead(this.#ground.head, head)) return this.#ground;
    const tree = new TiledTree(head.size, logTiles(this.#stores.log), this.#hash);
    if (!equalBytes(await tree.root(), head.root)) throw registryError("NAT_REGISTRY_DAMAGED", "tiles of the log");
    this.#ground = { head, tree };
    return this.#ground;
  }
}

function isSameStatement(stated: Pick<RegistryHead, "size" | "root">, head: RegistryHead): boolean {
  return stated.size === head.size && equalBytes(stated.root, head.root);
}
