// SPDX-License-Identifier: Apache-2.0
// The command line of `npm run crash`.

import { parseArgs } from "node:util";
import { postgresSteps, type Step, sqliteSteps } from "./doom/steps.ts";

export interface Options {
  readonly kills: number;
  /** Absent: a new one each time. */
  readonly seed: number | undefined;
  readonly steps: readonly Step[];
  /** Of SQLite only. */
  readonly lanes: number;
  readonly database: "sqlite" | "postgres";
}

export class UsageError extends Error {}

export const usage = `usage: npm run crash -- [options]

  --kills N    how many in all (300)
  --seed N     the deaths of this seed again
  --step NAME  of the injected deaths only those at this step
  --lanes N    registrars that die beside each other, each on a SQLite database of its own (2)
  --postgres   one of two registrars on one PostgreSQL database dies instead

steps: ${sqliteSteps.join(", ")};
with --postgres: ${postgresSteps.join(", ")}`;

const integer = /^\d{1,9}$/;

/** @throws UsageError */
export function parseOptions(words: readonly string[]): Options {
  const { kills = "300", seed, step, lanes = "2", postgres = false } = read(words);
  const steps = postgres ? postgresSteps : sqliteSteps;
  return {
    kills: positive("--kills", kills),
    seed: seed === undefined ? undefined : whole("--seed", seed),
    steps: step === undefined ? steps : [stepOf(step, steps)],
    lanes: positive("--lanes", lanes),
    database: postgres ? "postgres" : "sqlite",
  };
}

function read(words: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    const options = { kills: text, seed: text, step: text, lanes: text, postgres: { type: "boolean" } } as const;
    return parseArgs({ args: [...words], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function stepOf(text: string, steps: readonly Step[]): Step {
  const step = steps.find((one) => one === text);
  if (step === undefined) throw new UsageError(`no step ${text}`);
  return step;
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
