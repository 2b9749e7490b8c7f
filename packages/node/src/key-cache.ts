// SPDX-License-Identifier: Apache-2.0
// The last few imported keys. Importing costs a quarter of a verification, and a chain's keys come with every device
// while a device's key comes once: the least recently used one leaves.

export class KeyCache<Key> {
  readonly #keys = new Map<string, Key>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#keys.size;
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
