// SPDX-License-Identifier: Apache-2.0
// kill -9 of one of two registrars on one PostgreSQL database: at each step that only PostgreSQL has, also while it holds
// its turn at the head, at any moment, and while it starts. The other one goes on at once; nothing is lost, doubled,
// contradicted or left locked.

import { after, test } from "node:test";
import { scopeOf } from "../support/scope.ts";
import { runPostgresCampaign } from "./campaign/postgres-campaign.ts";
import { postgresCommit, turnSteps } from "./doom/steps.ts";

const kills = 12;
const scope = scopeOf({ after });

test(`${kills} times one of two is killed: the other goes on, and nothing is lost or contradicted`, async () => {
  await runPostgresCampaign({ scope, kills, seed: 2, steps: [...postgresCommit, ...turnSteps] });
});
