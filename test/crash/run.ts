// SPDX-License-Identifier: Apache-2.0
// `npm run crash`: as many deaths of a registrar as wanted, for a nightly run or after a change of what a birth goes
// through. Progress goes to standard error. Exit code 1 where something did not hold, with the seed and the death that
// it did not survive; 2 for a command line that is not understood.

import { randomInt } from "node:crypto";
import { Scope } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runCampaign } from "./campaign/campaign.ts";
import { nameOf, type Round } from "./campaign/plan.ts";
import { runPostgresCampaign } from "./campaign/postgres-campaign.ts";
import { type Options, parseOptions, UsageError, usage } from "./options.ts";

try {
  await run(parseOptions(process.argv.slice(2)));
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : error);
}

async function run({ kills, seed = randomInt(2 ** 30), steps, lanes, database }: Options): Promise<void> {
  console.error(`seed ${seed}`);
  const scope = new Scope();
  const options = { scope, kills, seed, steps, onRound: progressOf(kills) };
  try {
    const { births, checkpoints } =
      database === "postgres"
        ? await runPostgresCampaign(options)
        : await runCampaign({ ...options, lanes, newFolder: temporaryFolder });
    console.log(`${kills} kills, ${births} births answered, ${checkpoints} checkpoints seen: all holds`);
  } finally {
    await scope.close();
  }
}

function progressOf(kills: number): (round: Round) => void {
  const begun = performance.now();
  let done = 0;
  return ({ number, death }) => {
    done += 1;
    const rest = ((performance.now() - begun) / done) * (kills - done);
    console.error(`${done} of ${kills} (round ${number}: ${nameOf(death)}), ${Math.ceil(rest / 1000)} s to go`);
  };
}
