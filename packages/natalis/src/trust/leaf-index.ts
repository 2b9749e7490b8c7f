// SPDX-License-Identifier: Apache-2.0
// Finds equal leaf hashes among millions without an object for each: open addressing over the joined hashes. Only
// authenticated hashes are put in, so nobody can choose them to collide.

import { leafLength } from "./record.ts";

export class LeafIndex {
  readonly #leaves: Uint8Array;
  readonly #view: DataView;
  readonly #mask: number;
  /** Position of the first leaf of its kind plus one, or zero where a slot is free. */
  readonly #slots: Int32Array;
  /** All positions of a kind by its first one, where there are several. */
  readonly #repeated = new Map<number, number[]>();

  /** @param leaves hashes of 32 bytes, joined */
  constructor(leaves: Uint8Array) {
    const count = leaves.length / leafLength;
    this.#leaves = leaves;
    this.#view = new DataView(leaves.buffer, leaves.byteOffset, leaves.length);
    this.#mask = 2 ** Math.ceil(Math.log2(2 * count + 2)) - 1;
    this.#slots = new Int32Array(this.#mask + 1);
    for (let position = 0; position < count; position++) this.#add(position);
  }

  /** Positions of the leaves equal to the one that starts at `offset` of `leaves`, ascending. */
  positionsOf(leaves: Uint8Array, offset: number): readonly number[] {
    const key = new DataView(leaves.buffer, leaves.byteOffset + offset, leafLength);
    const first = (this.#slots[this.#slotOf(key)] as number) - 1;
    if (first < 0) return [];
    return this.#repeated.get(first) ?? [first];
  }

  #add(position: number): void {
    const key = new DataView(this.#leaves.buffer, this.#leaves.byteOffset + position * leafLength, leafLength);
    const slot = this.#slotOf(key);
    const first = (this.#slots[slot] as number) - 1;
    if (first < 0) this.#slots[slot] = position + 1;
    else if (this.#repeated.has(first)) this.#repeated.get(first)?.push(position);
    else this.#repeated.set(first, [first, position]);
  }

  /** The slot of this kind of leaf: the one that it is in, else a free one. */
  #slotOf(key: DataView): number {
    let slot = key.getUint32(0) & this.#mask;
    for (;;) {
      const found = (this.#slots[slot] as number) - 1;
      if (found < 0 || this.#holds(found, key)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #holds(position: number, key: DataView): boolean {
    for (let word = 0; word < leafLength; word += 4)
      if (this.#view.getUint32(position * leafLength + word) !== key.getUint32(word)) return false;
    return true;
  }
}
