// SPDX-License-Identifier: Apache-2.0
// The command line of `node test/simulation/run.ts`.

import { parseArgs } from "node:util";
import { type Defect, defects } from "./world/defect.ts";

export type Options = { readonly defect: Defect | undefined } & (
  | { readonly seed: number }
  | { readonly seed?: undefined; readonly from: number; readonly seeds: number }
);

export class UsageError extends Error {}

export const usage = `usage: node test/simulation/run.ts [options]

  --seed N       this one seed, with all that happens in it
  --seeds N      so many seeds (10000)
  --from M       beginning with this one (1)
  --defect NAME  with a planted bug:
${Object.entries(defects)
  .map(([name, what]) => `                 ${name.padEnd(17)} ${what}`)
  .join("\n")}`;

const integer = /^\d{1,9}$/;

/** @throws UsageError */
export function parseOptions(words: readonly string[]): Options {
  const { seed, seeds, from, defect } = read(words);
  const planted = defect === undefined ? undefined : known(defect);
  if (seed === undefined)
    return { defect: planted, from: whole("--from", from ?? "1"), seeds: positive("--seeds", seeds ?? "10000") };
  if (seeds !== undefined || from !== undefined) throw new UsageError("--seed goes without --seeds and --from");
  return { defect: planted, seed: whole("--seed", seed) };
}

function read(words: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({ args: [...words], options: { seed: text, seeds: text, from: text, defect: text } }).values;
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
