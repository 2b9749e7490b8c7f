// SPDX-License-Identifier: Apache-2.0
// The largest set of items that kept their order: a longest increasing subsequence over the places that each item may
// have (Hunt and Szymanski, 1977). What is left over was moved, so that one moved item is one, not a shifted block.

/**
 * Chooses a place for as many of `count` items as possible so that places increase with items.
 * @param placesOf places that an item may have, ascending
 * @returns for each item its place, or -1
 */
export function matchInOrder(count: number, placesOf: (item: number) => readonly number[]): Int32Array {
  const chains = new Chains();
  for (let item = 0; item < count; item++) {
    // From the last place to the first, so that an item never follows itself.
    for (const place of placesOf(item).toReversed()) chains.offer(item, place);
  }
  const matched = new Int32Array(count).fill(-1);
  for (const [item, place] of chains.longest()) matched[item] = place;
  return matched;
}

/** For every length the chain that ends at the smallest place. */
class Chains {
  /** The last link of each chain by its length minus one: their places ascend. */
  readonly #ends: number[] = [];
  readonly #items: number[] = [];
  readonly #places: number[] = [];
  readonly #before: number[] = [];

  offer(item: number, place: number): void {
    const length = this.#lengthBefore(place);
    const end = this.#ends[length];
    if (end !== undefined && this.#places[end] === place) return;
    this.#before.push(length === 0 ? -1 : (this.#ends[length - 1] as number));
    this.#items.push(item);
    this.#ends[length] = this.#places.push(place) - 1;
  }

  *longest(): Generator<[item: number, place: number]> {
    for (let link = this.#ends.at(-1) ?? -1; link >= 0; link = this.#before[link] as number)
      yield [this.#items[link] as number, this.#places[link] as number];
  }

  /** How long the longest chain is that ends before a place. */
  #lengthBefore(place: number): number {
    let [low, high] = [0, this.#ends.length];
    if (high > 0 && (this.#places[this.#ends[high - 1] as number] as number) < place) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#places[this.#ends[middle] as number] as number) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
