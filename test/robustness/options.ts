// SPDX-License-Identifier: Apache-2.0
// The command line of `npm run robustness`.

import { parseArgs } from "node:util";

export interface Options {
  readonly mutations: number;
  /** Absent: a new one each time. */
  readonly seed: number | undefined;
  /** Absent: all formats. */
  readonly format: string | undefined;
  /** One case of a seed, as a failure told it. */
  readonly path: string | undefined;
  /** Time the adversarial paths instead. */
  readonly adversarial: boolean;
}

export class UsageError extends Error {}

export const usage = `usage: npm run robustness -- [options]

  --mutations N   how many in all (100000)
  --seed N        the run with this seed again
  --format NAME   this format alone
  --path PATH     the one case that a failure told, with --seed and --format
  --adversarial   milliseconds that each adversarial path takes to be refused`;

const integer = /^\d{1,10}$/;

/** @throws UsageError */
export function parseOptions(words: readonly string[]): Options {
  const { mutations, seed, format, path, adversarial } = read(words);
  if (path !== undefined && (seed === undefined || format === undefined))
    throw new UsageError("--path needs --seed and --format");
  return {
    mutations: mutations === undefined ? 100_000 : positive("--mutations", mutations),
    seed: seed === undefined ? undefined : whole("--seed", seed),
    format,
    path,
    adversarial: adversarial ?? false,
  };
}

function read(words: readonly string[]) {
  const text = { type: "string" } as const;
  const options = { mutations: text, seed: text, format: text, path: text, adversarial: { type: "boolean" } } as const;
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
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
