// SPDX-License-Identifier: Apache-2.0
// kill -9 of a registrar at any moment: one half under load, the other while it starts. All holds that holds after a kill
// at a step.

import { after, test } from "node:test";
import { scopeOf } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runCampaign } from "./campaign/campaign.ts";

const kills = 36;
const scope = scopeOf({ after });

// On a disk, where a commit takes its time.
test(`${kills} kills at any moment lose nothing and contradict nothing`, async () => {
  await runCampaign({ scope, kills, seed: 5, steps: [], lanes: 2, newFolder: temporaryFolder });
});
