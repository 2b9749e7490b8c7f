// SPDX-License-Identifier: Apache-2.0
// One worker of a campaign: its share of the seeds, one after the other.

import { parentPort, workerData } from "node:worker_threads";
import { type Share, type ShareProgress, slowerOf } from "./campaign.ts";
import { failureText } from "./failure.ts";
import { simulate } from "./simulate.ts";

const toldEvery = 100;

// Lost connections are ordinary here; where each was made is not worth the time it takes to find out.
Error.stackTraceLimit = 0;
await run(workerData as Share);

async function run({ from, end, stride, defect }: Share): Promise<void> {
  let since = nothingYet();
  for (let seed = from; seed < end; seed += stride) {
    const { violations, steps, answers, calm } = await simulate({ seed, defect });
    since.seeds += 1;
    since.steps += steps;
    since.answers += answers;
    since.slowest = slowerOf(since.slowest, { seed, calm: calm[0], allowed: calm[1] });
    if (violations.length > 0) since.failures.push([seed, await failureText({ seed, defect })]);
    if (since.seeds < toldEvery && seed + stride < end) continue;
    parentPort?.postMessage(since satisfies ShareProgress);
    since = nothingYet();
  }
}

function nothingYet() {
  const slowest = { seed: 0, calm: 0, allowed: 1 };
  return { seeds: 0, steps: 0, answers: 0, slowest, failures: [] as (readonly [number, string])[] };
}
