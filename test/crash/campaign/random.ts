// SPDX-License-Identifier: Apache-2.0
// Choices that a seed decides (xoshiro is more than it takes: a Weyl sequence through a mixer, as in SplitMix32).

export interface Choices {
  /** 0 to `below` - 1. */
  below(below: number): number;
  of<Item>(items: readonly Item[]): Item;
}

export function choicesOf(seed: number): Choices {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const below = (limit: number) => Math.floor((next() / 2 ** 32) * limit);
  return { below, of: (items) => items[below(items.length)] as never };
}
