// SPDX-License-Identifier: Apache-2.0
// kill -9 of a registrar at every step between request and answer, at any moment under load, and while it starts, again
// and again on one data folder. After each: what was answered is registered once, what was not is born or answered as
// it was stored when its device asks again, and no checkpoint that anybody ever saw contradicts another (DESIGN 3.3).

import { after, test } from "node:test";
import { scopeOf } from "../support/scope.ts";
import { runCampaign } from "./campaign/campaign.ts";
import { sqliteSteps } from "./doom/steps.ts";

const kills = 96;
const scope = scopeOf({ after });

// The seed may be any: this one has every step three times at least, and another runs in the same time.
test(`${kills} kills, of which two in three at a step of their own, lose nothing and contradict nothing`, async () => {
  await runCampaign({ scope, kills, seed: 5, steps: sqliteSteps, lanes: 2 });
});
