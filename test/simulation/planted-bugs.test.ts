// SPDX-License-Identifier: Apache-2.0
// The simulation finds bugs: each of these was planted, and is found within a hundred seeds, by the invariant that it
// breaks. What found it once finds it again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { failureText } from "./failure.ts";
import { type Outcome, simulate } from "./simulate.ts";
import { type Defect, defects } from "./world/defect.ts";

const mostSeeds = 100;

const findings: Readonly<Record<Defect, RegExp>> = {
  "early-answer": /its certificate is in the log 0 times/,
  "blind-head": /is no prefix of the log/,
  "torn-write": /entry \d+ stands at place \d+/,
  "doubled-leaf": /entry \d+ stands at place \d+/,
  "reply-is-outcome": /the (key|unit) of entry \d+ was born before/,
  "held-turn": /some stations still wait after \d+ ms of calm/,
  "skipped-mirror": /would continue a backup of size \d+ that lacks its answer/,
  "hasty-answer": /answers SN-\d+(-B)? before its checkpoint is kept/,
  "second-signature": /its certificate is in the log 0 times/,
};

async function firstFinding(defect: Defect): Promise<Outcome | undefined> {
  for (let seed = 1; seed <= mostSeeds; seed++) {
    const outcome = await simulate({ seed, defect });
    if (outcome.violations.some((violation) => findings[defect].test(violation))) return outcome;
  }
  return undefined;
}

for (const [defect, what] of Object.entries(defects) as [Defect, string][])
  test(`found: ${what}`, async (context) => {
    const found = await firstFinding(defect);
    assert.ok(found !== undefined, `not within ${mostSeeds} seeds`);
    context.diagnostic(`seed ${found.seed}: ${found.violations.length} violations`);
    const { seed, violations } = found;
    assert.deepEqual((await simulate({ seed, defect })).violations, violations);
    assert.match(await failureText({ seed, defect }), new RegExp(`--seed ${seed} --defect ${defect}$`));
  });
