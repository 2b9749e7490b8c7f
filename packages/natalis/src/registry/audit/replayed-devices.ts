// SPDX-License-Identifier: Apache-2.0
// The devices of a replayed log in flat arrays: about 350 bytes each, so that millions can be audited in memory.

import { encodeStateLeaf, parseStateLeaf, type StateLeaf, stateLeafLength } from "../state-leaf.ts";

const digestLength = 32;
const firstCapacity = 1024;

export class ReplayedDevices {
  #count = 0;
  #leaves = new Uint8Array(firstCapacity * stateLeafLength);
  #digests = new Uint8Array(firstCapacity * digestLength);
  readonly #ordinals = new Map<string, number>();
  readonly #keys = new Set<string>();
  readonly #units = new Set<string>();

  get count(): number {
    return this.#count;
  }

  /** Which of a birth's claims an earlier birth has. */
  taken(id: Uint8Array, keyHash: Uint8Array, unitTag: Uint8Array): string | undefined {
    if (this.#ordinals.has(shortText(id))) return "device id";
    if (this.#keys.has(shortText(keyHash))) return "key";
    return this.#units.has(shortText(unitTag)) ? "unit" : undefined;
  }

  /** Adds a birth at the next ordinal, whatever ordinal its leaf tells. */
  add(leaf: StateLeaf, unitTag: Uint8Array, digest: Uint8Array): void {
    this.#grow();
    this.#leaves.set(encodeStateLeaf(leaf), this.#count * stateLeafLength);
    this.#digests.set(digest, this.#count * digestLength);
    this.#ordinals.set(shortText(leaf.id), this.#count);
    this.#keys.add(shortText(leaf.keyHash));
    this.#units.add(shortText(unitTag));
    this.#count += 1;
  }

  /** The leaf of a device now, with its place. */
  find(id: Uint8Array): { readonly ordinal: number; readonly leaf: StateLeaf } | undefined {
    const ordinal = this.#ordinals.get(shortText(id));
    return ordinal === undefined ? undefined : { ordinal, leaf: parseStateLeaf(this.leafBytes(ordinal)) };
  }

  change(ordinal: number, leaf: StateLeaf): void {
    this.#leaves.set(encodeStateLeaf(leaf), ordinal * stateLeafLength);
  }

  /** A view. */
  leafBytes(ordinal: number): Uint8Array {
    return this.#leaves.subarray(ordinal * stateLeafLength, (ordinal + 1) * stateLeafLength);
  }

  /** A view: what `factsDigest` gave at birth. */
  digest(ordinal: number): Uint8Array {
    return this.#digests.subarray(ordinal * digestLength, (ordinal + 1) * digestLength);
  }

  #grow(): void {
    if (this.#count * stateLeafLength < this.#leaves.length) return;
    this.#leaves = doubled(this.#leaves);
    this.#digests = doubled(this.#digests);
  }
}

function doubled(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * bytes.length);
  larger.set(bytes);
  return larger;
}

// 128 bits tell hashes apart, and a string of one-byte characters is the smallest key that a Map takes.
function shortText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 16));
}
