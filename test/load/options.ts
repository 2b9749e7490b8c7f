// SPDX-License-Identifier: Apache-2.0
// The command line of `npm run load`.

import { parseArgs } from "node:util";
import type { Load } from "./tasks.ts";

export type Options = { readonly json: boolean } & (
  | { readonly births: Load }
  | { readonly overload: { readonly seconds: number } }
);

export class UsageError extends Error {}

export const usage = `usage: npm run load -- --births N [--openssl N] [--json]
       npm run load -- --overload SECONDS [--json]

  --births N      has N units born at a registrar of its own, verifies every answer, and audits the log
                  by itself, by natalis log audit and by Go's checksum database code; 10 to 10000000
  --openssl N     how many of them openssl makes (a tenth)
  --overload S    asks a registrar for ten times what it can bear, for S seconds, 1 to 3600
  --json          the result as one JSON object in the last line`;

/** @throws UsageError */
export function parseOptions(words: readonly string[]): Options {
  const { births, openssl, overload, json = false } = read(words);
  if ((births === undefined) === (overload === undefined)) throw new UsageError("either --births or --overload");
  if (births === undefined) {
    if (openssl !== undefined) throw new UsageError("--openssl goes with --births");
    return { json, overload: { seconds: numberIn("--overload", overload ?? "", 1, 3600) } };
  }
  const all = numberIn("--births", births, 10, 10_000_000);
  const some = openssl === undefined ? Math.ceil(all / 10) : numberIn("--openssl", openssl, 0, all);
  return { json, births: { births: all, openssl: some } };
}

function read(words: readonly string[]) {
  const text = { type: "string" } as const;
  const options = { births: text, openssl: text, overload: text, json: { type: "boolean" } } as const;
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function numberIn(name: string, text: string, least: number, most: number): number {
  const number = /^\d{1,8}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${name} takes a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}
