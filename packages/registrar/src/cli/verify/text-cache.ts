// SPDX-License-Identifier: Apache-2.0
// What was parsed lately, by its text: lines of a batch come with the same authorities and lists again and again. How
// much is kept is bounded by the characters of the texts, whoever sends them.

export class TextCache<Value> {
  readonly #values = new Map<string, Value>();
  readonly #capacity: number;
  #characters = 0;

  /** `capacity` in characters of all texts together. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** What `read` makes of the text, now or before; the text unused for longest gives way. Nothing is kept if it throws. */
  get(text: string, read: (text: string) => Value): Value {
    const known = this.#values.get(text);
    const value = known ?? read(text);
    if (known === undefined) this.#makeRoom(text.length);
    else this.#values.delete(text);
    if (text.length <= this.#capacity) this.#values.set(text, value);
    return value;
  }

  #makeRoom(length: number): void {
    if (length > this.#capacity) return;
    this.#characters += length;
    for (const oldest of this.#values.keys()) {
      if (this.#characters <= this.#capacity) return;
      this.#values.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}
