// SPDX-License-Identifier: Apache-2.0
// A campaign: many deaths of one registrar after the other, in lanes that run beside each other, each with a registrar
// and a database of its own. At the end every birth has its answer, and all of it is compared once more.

import assert from "node:assert/strict";
import { makeRegistrar, startRegistrar } from "../../support/registrar.ts";
import type { Scope } from "../../support/scope.ts";
import { isCleanByCommand } from "../witness/audit.ts";
import { everyReceiptHolds, holds } from "../witness/holds.ts";
import { askAgain } from "../witness/lines.ts";
import { nameOf, type PlanOptions, planOf, type Round } from "./plan.ts";
import { playRound } from "./round.ts";
import { letTimePass, litterOf, makeWorld, type World } from "./world.ts";

export interface CampaignOptions extends PlanOptions {
  readonly scope: Scope;
  readonly lanes: number;
  readonly onRound?: (round: Round) => void;
}

export interface CampaignReport {
  readonly kills: number;
  readonly births: number;
  readonly checkpoints: number;
}

/** Births that the second station may ask for, a round: they run out before the end. */
const scarceOfRound = 2;

export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { scope, lanes } = options;
  const plan = planOf(options);
  const ofLanes = Array.from({ length: lanes }, (_, lane) => plan.filter(({ number }) => number % lanes === lane));
  const worlds = await Promise.all(
    ofLanes.map(async (rounds) => makeWorld(scope, await makeRegistrar(scope), scarceOfRound * rounds.length)),
  );
  await Promise.all(worlds.map((world, lane) => playLane(world, ofLanes[lane] as Round[], options)));
  const sum = (count: (world: World) => number) => worlds.reduce((total, world) => total + count(world), 0);
  return {
    kills: plan.length,
    births: sum(({ witness }) => witness.answered.size),
    checkpoints: sum(({ witness }) => witness.checkpoints.size),
  };
}

async function playLane(world: World, rounds: readonly Round[], { seed, onRound }: CampaignOptions): Promise<void> {
  for (const round of rounds) {
    try {
      await playRound(world, round);
    } catch (error) {
      throw new Error(`seed ${seed}, round ${round.number}: ${nameOf(round.death)}`, { cause: error });
    }
    onRound?.(round);
  }
  await endWell(world);
}

/** Whoever still waits is answered, and nothing is left over: no birth, no lock, no file. */
export async function endWell(world: World): Promise<void> {
  const { scope, place, witness, stations } = world;
  letTimePass(place);
  const registrar = await startRegistrar(scope, place);
  for (const station of stations) await askAgain(registrar, witness, station);
  assert.equal(witness.unanswered.size, 0);
  await holds(registrar, witness);
  await everyReceiptHolds(registrar, witness);
  const [, scarce] = stations;
  const ofScarce = [...witness.answered.values()].filter(({ device }) => device.station === scarce);
  if (witness.refused.size > 0) assert.equal(ofScarce.length, scarce.quota);
  assert.equal((await registrar.stop()).code, 0);
  assert.deepEqual(litterOf(place), []);
  await isCleanByCommand(place, witness.answered.size);
}
