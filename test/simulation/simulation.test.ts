// SPDX-License-Identifier: Apache-2.0
// The first 10,000 seeds, the same in every run; `npm run simulate` tries any others.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runCampaign } from "./campaign.ts";

const seeds = 10_000;

test("seeds 1 to 10,000: every invariant of DESIGN 3.3 and 3.4 holds", async () => {
  const report = await runCampaign({ from: 1, seeds });
  assert.deepEqual([...report.failures.values()], []);
  assert.equal(report.seeds, seeds);
  assert.ok(report.answers > 4 * seeds && report.steps > 300 * seeds, "the stations hardly do anything");
});
