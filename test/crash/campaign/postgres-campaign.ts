// SPDX-License-Identifier: Apache-2.0
// Deaths of one of two registrars on one PostgreSQL database, also while it holds its turn at the head: the other one
// goes on, at once.

import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { type RunningRegistrar, startRegistrar } from "../../support/registrar.ts";
import { doomWords } from "../doom/doom.ts";
import type { CampaignOptions, CampaignReport } from "./campaign.ts";
import { nameOf, planOf, type Round } from "./plan.ts";
import { endWell, happens, holdsAtRest, makePostgresWorld, type PostgresWorld } from "./postgres-world.ts";
import { dies, dieStarting } from "./round.ts";

const scarceOfRound = 2;

export async function runPostgresCampaign(options: Omit<CampaignOptions, "lanes">): Promise<CampaignReport> {
  const { scope, kills, seed, onRound } = options;
  const world = await makePostgresWorld(scope, scarceOfRound * kills);
  const other = await startRegistrar(scope, world.places[1]);
  for (const round of planOf(options)) {
    try {
      await playRound(world, other, round);
    } catch (error) {
      throw new Error(`seed ${seed}, round ${round.number}: ${nameOf(round.death)}\n${other.printed()}`, {
        cause: error,
      });
    }
    onRound?.(round);
  }
  const one = await startRegistrar(scope, world.places[0]);
  await holdsAtRest(world, one);
  await endWell(world, [one, other]);
  const { answered, checkpoints } = world.witness;
  return { kills, births: answered.size, checkpoints: checkpoints.size };
}

async function playRound(world: PostgresWorld, other: RunningRegistrar, round: Round): Promise<void> {
  const { scope, places } = world;
  const [place] = places;
  const { death } = round;
  const load = { name: `R${round.number}`, batches: round.batches };
  if ("starting" in death) await happens(world, [other], load, () => dieStarting(place, death.starting));
  else {
    const nodeWords = "step" in death ? doomWords({ ...death, of: "process" }) : [];
    const one = await startRegistrar(scope, { ...place, nodeWords });
    await happens(world, [one, other], load, async () => {
      if ("step" in death) return dies(one, death);
      await wait(death.after);
      await one.kill();
    });
  }
  assert.ok(!other.hasEnded(), other.printed());
  await holdsAtRest(world, other);
}
