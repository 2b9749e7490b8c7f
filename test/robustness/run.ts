// SPDX-License-Identifier: Apache-2.0
// `npm run robustness`: many mutations of everything that is parsed, for a nightly run or after a change of a parser.
// Progress goes to standard error. Exit code 1 where something other than a value or a catalogue's error came out, or
// took too long; 2 for a command line that is not understood.

import { randomInt } from "node:crypto";
import { timeAdversaries } from "./adversarial/timing.ts";
import { type AttackReport, attack, shares } from "./campaign.ts";
import type { Format } from "./format.ts";
import { allFormats } from "./formats.ts";
import { type Options, parseOptions, UsageError, usage } from "./options.ts";
import { reportText, tooSlow } from "./report.ts";

/** Milliseconds between two lines of progress. */
const progressEvery = 2_000;

process.removeAllListeners("warning");
try {
  await run(parseOptions(process.argv.slice(2)));
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : error);
}

interface Told {
  readonly text: string;
  /** What took too long. */
  readonly slow: readonly string[];
}

async function run(options: Options): Promise<void> {
  const { text, slow } = options.adversarial ? await timeAdversaries() : await mutateAll(options);
  console.log(text);
  for (const one of slow) console.error(one);
  if (slow.length > 0) process.exitCode = 1;
}

async function mutateAll({ mutations, seed = randomInt(2 ** 31), format, path }: Options): Promise<Told> {
  const all = await allFormats();
  const chosen = format === undefined ? all : all.filter(({ name }) => name === format);
  if (chosen.length === 0)
    throw new UsageError(`no format ${format}: there is ${all.map(({ name }) => name).join(", ")}`);
  console.error(`seed ${seed}`);
  const reports: AttackReport[] = [];
  for (const [one, share] of shares(chosen, mutations))
    reports.push(await attack({ format: one, mutations: share, seed, path, progress: progressOf(one, share) }));
  return { text: reportText(reports, seed), slow: tooSlow(reports) };
}

function progressOf({ name }: Format, mutations: number): (done: number) => void {
  let told = performance.now();
  return (done) => {
    if (done < mutations && performance.now() - told < progressEvery) return;
    told = performance.now();
    console.error(`${name}: ${done} of ${mutations}`);
  };
}
