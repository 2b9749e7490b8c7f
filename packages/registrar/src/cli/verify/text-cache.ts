// SPDX-License-Identifier: Apache-2.0
// What was parsed lately, by its text: lines of a batch come with the same authorities and lists again and again. How
// much is kept is bounded by the characters of the texts, whoever sends them: each counts for some more, since what is
// made of the shortest text, an error say, takes about a thousand octets.

/** What a text costs beside its own characters. */
export const charactersOfEntry = 1024;

export class TextCache<Value> {
  readonly #values = new Map<string, Value>();
  readonly #capacity: number;
  #cost = 0;

  /** `capacity` in characters: those of all texts together, and `charactersOfEntry` for each. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** What `read` makes of the text, now or before; the text unused for longest gives way. Nothing is kept if it throws. */
  get(text: string, read: (text: string) => Value): Value {
    const known = this.#values.get(text);
    const value = known ?? read(text);
    if (known === undefined) this.#makeRoom(costOf(text));
    else this.#values.delete(text);
    if (costOf(text) <= this.#capacity) this.#values.set(text, value);
    return value;
  }

  #makeRoom(cost: number): void {
    if (cost > this.#capacity) return;
    this.#cost += cost;
    for (const oldest of this.#values.keys()) {
      if (this.#cost <= this.#capacity) return;
      this.#values.delete(oldest);
      this.#cost -= costOf(oldest);
    }
  }
}

function costOf(text: string): number {
  return text.length + charactersOfEntry;
}
