// SPDX-License-Identifier: Apache-2.0
// `node test/simulation/run.ts`: many seeds, or one again. Progress goes to standard error. Exit code 1 where an
// invariant does not hold, 2 for a command line that is not understood.

import { runCampaign } from "./campaign.ts";
import { outcomeText } from "./failure.ts";
import { type Options, parseOptions, UsageError, usage } from "./options.ts";
import { simulate } from "./simulate.ts";

/** Milliseconds between two lines of progress. */
const progressEvery = 2_000;

try {
  await run(parseOptions(process.argv.slice(2)));
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : error);
}

async function run(options: Options): Promise<void> {
  const { defect } = options;
  if (options.seed === undefined) return runMany(options);
  const outcome = await simulate({ seed: options.seed, defect, isTraced: true });
  console.log(outcomeText(outcome));
  if (outcome.violations.length > 0) process.exitCode = 1;
}

async function runMany({ from, seeds, defect }: Exclude<Options, { seed: number }>): Promise<void> {
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  let told = begun;
  const onProgress = (done: number) => {
    if (done < seeds && performance.now() - told < progressEvery) return;
    told = performance.now();
    console.error(`${done} of ${seeds} seeds, ${Math.round(done / seconds())} a second`);
  };
  const { steps, answers, failures } = await runCampaign({ from, seeds, defect, onProgress });
  for (const text of failures.values()) console.log(`${text}\n`);
  console.log(`${seeds} seeds from ${from}: ${failures.size} failed; ${steps} steps, ${answers} answers`);
  if (failures.size > 0) process.exitCode = 1;
}
