// SPDX-License-Identifier: Apache-2.0
// Puts a watching function in the place of another one, be it a module's or a prototype's.

/** A call of the original, on the same object. */
export type Call = (...words: unknown[]) => unknown;

export type Watch<Owner> = (call: Call, words: unknown[], self: Owner) => unknown;

export function wrap<Owner extends object>(owner: Owner, name: keyof Owner, watch: Watch<Owner>): void {
  const original: unknown = owner[name];
  if (typeof original !== "function") throw new Error(`no function ${String(name)}`);
  const watched = function (this: Owner, ...words: unknown[]): unknown {
    return watch((...given) => Reflect.apply(original, this, given), words, this);
  };
  Object.assign(owner, { [name]: watched });
}
