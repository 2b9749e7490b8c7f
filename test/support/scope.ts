// SPDX-License-Identifier: Apache-2.0
// What a test opens it closes, last opened first: a server before its folder. node:test runs hooks in the order in
// which they were given, so one hook closes all.

export interface Hooks {
  after(work: () => Promise<void>): void;
}

export class Scope {
  readonly #closings: (() => unknown)[] = [];

  /** Registers what closes something. */
  defer(close: () => unknown): void {
    this.#closings.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closings.splice(0).toReversed()) await close();
  }
}

/** A scope that ends with a test, or with the file where `hooks` is node:test itself. */
export function scopeOf(hooks: Hooks): Scope {
  const scope = new Scope();
  hooks.after(() => scope.close());
  return scope;
}
