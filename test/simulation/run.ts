// SPDX-License-Identifier: Apache-2.0
// `npm run simulate`: many seeds, or one again. Progress goes to standard error. Exit code 1 where an
// invariant does not hold, 2 for a command line that is not understood.

import { type CampaignOptions, runCampaign } from "./campaign.ts";
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

async function run({ seed, seeds, defect }: Options): Promise<void> {
  if (seeds !== undefined) return runMany({ from: seed, seeds, defect });
  const outcome = await simulate({ seed, defect, isTraced: true });
  console.log(outcomeText(outcome));
  if (outcome.violations.length > 0) process.exitCode = 1;
}

async function runMany({ from, seeds, defect }: CampaignOptions): Promise<void> {
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  let told = begun;
  const onProgress = (done: number) => {
    if (done < seeds && performance.now() - told < progressEvery) return;
    told = performance.now();
    console.error(`${done} of ${seeds} seeds, ${Math.round(done / seconds())} a second`);
  };
  const { steps, answers, slowest, failures } = await runCampaign({ from, seeds, defect, onProgress });
  for (const text of failures.values()) console.log(`${text}\n`);
  console.log(`${seeds} seeds from ${from}: ${failures.size} failed; ${steps} steps, ${answers} answers`);
  console.log(`slowest to be served in calm: seed ${slowest.seed}, ${slowest.calm} of ${slowest.allowed} ms`);
  if (failures.size > 0) process.exitCode = 1;
}
