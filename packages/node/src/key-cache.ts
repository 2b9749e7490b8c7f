// SPDX-License-Identifier: Apache-2.0
// The last few imported keys. Importing costs a quarter of a verification, and a chain's keys come with every device
// while a device's key comes once: a key is worth keeping when it comes again, and the least recently used one leaves.

export class KeyCache<Key> {
  readonly #keys = new Map<string, Key>();
  /** Names that came once. */
  #once = new Set<string>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** Whether this name was asked about before, not too many others ago. */
  comesAgain(name: string): boolean {
    if (this.#once.delete(name)) return true;
    if (this.#once.size >= this.#capacity) this.#once = new Set();
    this.#once.add(name);
    return false;
  }

  get(name: string): Key | undefined {
    const key = this.#keys.get(name);
    if (key === undefined) return undefined;
    this.#keys.delete(name);
    this.#keys.set(name, key);
    return key;
  }

  put(name: string, key: Key): void {
    this.#keys.set(name, key);
    if (this.#keys.size <= this.#capacity) return;
    const oldest = this.#keys.keys().next();
    if (!oldest.done) this.#keys.delete(oldest.value);
  }
}
