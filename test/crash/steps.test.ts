// SPDX-License-Identifier: Apache-2.0
// kill -9 of a registrar at every step between request and answer, again and again on one data folder. After each: what
// was answered is registered once, what was not is born or answered as it was stored when its device asks again, and no
// checkpoint that anybody ever saw contradicts another (DESIGN 3.3).

import { after, test } from "node:test";
import { scopeOf } from "../support/scope.ts";
import { quickFolder } from "../support/temporary-folder.ts";
import { runCampaign } from "./campaign/campaign.ts";
import { sqliteSteps } from "./doom/steps.ts";

const kills = 2 * sqliteSteps.length;
const scope = scopeOf({ after });

// The seed may be any: of three deaths two come at a step, so each step has one, and some have more.
test(`${kills} kills, at every step of a birth and between them, lose nothing and contradict nothing`, async () => {
  await runCampaign({ scope, kills, seed: 5, steps: sqliteSteps, lanes: 2, newFolder: quickFolder });
});
