// SPDX-License-Identifier: Apache-2.0
// What happened, a line each. Kept only where someone will read it: a seed that failed is run again to be told.

export class Trace {
  readonly lines: string[] = [];
  readonly #isKept: boolean;

  constructor(isKept: boolean) {
    this.#isKept = isKept;
  }

  note(time: number, who: string, what: string, detail: string | number = ""): void {
    if (this.#isKept) this.lines.push(`${String(time).padStart(6)} ${who.padEnd(13)} ${what} ${detail}`.trimEnd());
  }
}
