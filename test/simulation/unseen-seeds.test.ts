// SPDX-License-Identifier: Apache-2.0
// 5,000 seeds that nobody has seen. A failure tells its seed, and the command that shows it again.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { runCampaign } from "./campaign.ts";

const from = randomInt(10_000, 900_000_000);

test(`5,000 seeds from ${from}`, async () => {
  const { failures } = await runCampaign({ from, seeds: 5_000 });
  assert.deepEqual([...failures.values()], []);
});
