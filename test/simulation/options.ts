// SPDX-License-Identifier: Apache-2.0
// The command line of `npm run simulate`.

import { parseArgs } from "node:util";
import { type Defect, defects } from "./world/defect.ts";

export interface Options {
  /** The first. */
  readonly seed: number;
  /** Undefined: this one seed, with all that happens in it. */
  readonly seeds: number | undefined;
  readonly defect: Defect | undefined;
}

export class UsageError extends Error {}

export const usage = `usage: npm run simulate -- [options]

  --seeds N      so many seeds (10000)
  --seed S       beginning with this one (1); without --seeds: this one alone, with all that happens in it
  --defect NAME  with a planted bug:
${Object.entries(defects)
  .map(([name, what]) => `                 ${name.padEnd(17)} ${what}`)
  .join("\n")}`;

const integer = /^\d{1,9}$/;

/** @throws UsageError */
export function parseOptions(words: readonly string[]): Options {
  const { seed, seeds, defect } = read(words);
  const planted = defect === undefined ? undefined : known(defect);
  const isOne = seed !== undefined && seeds === undefined;
  return {
    seed: whole("--seed", seed ?? "1"),
    seeds: isOne ? undefined : positive("--seeds", seeds ?? "10000"),
    defect: planted,
  };
}

function read(words: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({ args: [...words], options: { seed: text, seeds: text, defect: text } }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function known(name: string): Defect {
  if (!Object.hasOwn(defects, name)) throw new UsageError(`no planted bug is called ${name}`);
  return name as Defect;
}

function whole(name: string, text: string): number {
  if (!integer.test(text)) throw new UsageError(`${name} takes a whole number, not ${text}`);
  return Number(text);
}

function positive(name: string, text: string): number {
  const number = whole(name, text);
  if (number < 1) throw new UsageError(`${name} must be at least 1`);
  return number;
}
