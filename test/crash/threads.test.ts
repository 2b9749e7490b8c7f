// SPDX-License-Identifier: Apache-2.0
// Threads that die under a registrar that lives on: each of those that prepare births, the one that commits, and the one
// that keeps the checkpoint outside the database, at each of their steps, several times. The births that they had are told to ask again; what was committed is answered.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makeRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { type Doom, doomWords, lastWords } from "./doom/doom.ts";
import { birthThreadSteps, commitThreadSteps, mirrorThreadSteps, type Step } from "./doom/steps.ts";
import { endWell } from "./campaign/campaign.ts";
import { makeWorld, type World } from "./campaign/world.ts";
import { isCleanAsCrashed } from "./witness/audit.ts";
import { holds } from "./witness/holds.ts";
import { askAgain, bearBatchesUntilGone, bearUntilGone, watchCheckpoints } from "./witness/lines.ts";

const deaths = 3;
const scarce = 20;
const batchSize = 12;
/** Passings that a thread lives to see, so that the registrar gets on between two deaths. */
const lives: Readonly<Record<string, number>> = { "row written": 120 };
const fewestLives = 4;

const scope = scopeOf({ after });
let world: World;

before(async () => {
  world = await makeWorld(scope, await makeRegistrar(scope), scarce);
});

for (const step of [...birthThreadSteps, ...commitThreadSteps, ...mirrorThreadSteps])
  test(`${deaths} threads that end at "${step}" take no birth with them that was answered`, async () => {
    await dieAndGoOn({ step, passing: lives[step] ?? fewestLives, of: "thread" });
  });

test("nothing is left over, and every birth has its answer", async () => {
  await endWell(world);
});

async function dieAndGoOn(doom: Doom): Promise<void> {
  const { place, witness, stations } = world;
  const registrar = await startRegistrar(scope, { ...place, nodeWords: doomWords(doom) });
  const died = () => registrar.printed().split(lastWords(doom)).length - 1;
  const isOver = () => died() >= deaths || registrar.hasEnded();
  const line = (name: string, station = stations[0]) => ({
    registrar,
    witness,
    station,
    name: nameOf(doom.step, name),
  });
  await Promise.all([
    bearUntilGone({ ...line("A"), isOver }),
    bearUntilGone({ ...line("B", stations[1]), isOver }),
    bearBatchesUntilGone({ ...line("C"), isOver }, batchSize),
    watchCheckpoints({ registrar, witness, isOver }),
  ]);
  assert.ok(!registrar.hasEnded(), registrar.printed());
  const before = witness.answered.size;
  for (const station of stations) await askAgain(registrar, witness, station);
  await bearUntilGone({ ...line("D"), isOver: () => witness.answered.size > before });
  await holds(registrar, witness);
  assert.equal((await registrar.stop()).code, 0);
  await isCleanAsCrashed(place);
}

function nameOf(step: Step, line: string): string {
  return `${step.replaceAll(" ", "-")}-${line}`;
}
