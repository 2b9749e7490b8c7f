// SPDX-License-Identifier: Apache-2.0
// One round: a registrar starts where the last one died, must hold all that the last one answered, and dies under load.

import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { outcomeOf, spawnNatalis } from "../../support/command.ts";
import { type Place, type RunningRegistrar, serveWords, startRegistrar } from "../../support/registrar.ts";
import { doomWords, lastWords } from "../doom/doom.ts";
import type { Step } from "../doom/steps.ts";
import { isCleanAsCrashed, mirrorOf } from "../witness/audit.ts";
import { holds } from "../witness/holds.ts";
import { askAgain, bearBatchesUntilGone, bearUntilGone, watchCheckpoints } from "../witness/lines.ts";
import type { Death, Round } from "./plan.ts";
import type { World } from "./world.ts";

const batchSize = 12;
/** A step that is passed is passed soon. */
const deathMilliseconds = 30_000;

export async function playRound(world: World, round: Round): Promise<void> {
  const { place, witness } = world;
  const { death } = round;
  if ("starting" in death) await dieStarting(place, death.starting);
  else await dieAtWork(world, { ...round, death });
  witness.see({ status: 200, text: mirrorOf(place) });
  await isCleanAsCrashed(place);
}

type DeathAtWork = Exclude<Death, { starting: number }>;
type RoundAtWork = Round & { readonly death: DeathAtWork };

async function dieAtWork({ scope, place, witness, stations }: World, round: RoundAtWork): Promise<void> {
  const { death } = round;
  const nodeWords = "step" in death ? doomWords({ ...death, of: "process" }) : [];
  const registrar = await startRegistrar(scope, { ...place, nodeWords });
  await holds(registrar, witness);
  const firstAnswer = Promise.withResolvers<void>();
  const work = load({ registrar, witness, stations, round, tell: firstAnswer.resolve });
  await Promise.race([firstAnswer.promise, work]);
  await die(registrar, death);
  await work;
}

/** At any moment of a start, whether it has got anywhere or not. */
export async function dieStarting(place: Place, milliseconds: number): Promise<void> {
  const child = spawnNatalis(serveWords(place));
  const ended = outcomeOf(child);
  await wait(milliseconds);
  child.kill("SIGKILL");
  assert.equal((await ended).signal, "SIGKILL");
}

interface Load extends Pick<World, "witness" | "stations"> {
  readonly registrar: RunningRegistrar;
  readonly round: Round;
  readonly tell: () => void;
}

/** Whoever got no answer asks again, and others come meanwhile. */
async function load({ registrar, witness, stations, round, tell }: Load): Promise<void> {
  const [ample, scarce] = stations;
  const line = (name: string, station = ample) => ({
    registrar,
    witness,
    station,
    name: `R${round.number}-${name}`,
    tell,
  });
  await Promise.all([
    ...stations.map((station) => askAgain(registrar, witness, station)),
    bearUntilGone(line("A")),
    bearUntilGone(line("B", scarce)),
    round.batches ? bearBatchesUntilGone(line("C"), batchSize) : bearUntilGone(line("C")),
    watchCheckpoints({ registrar, witness }),
  ]);
}

async function die(registrar: RunningRegistrar, death: DeathAtWork): Promise<void> {
  if ("step" in death) return dies(registrar, death);
  await wait(death.after);
  await registrar.kill();
}

/** By itself, of what it was started to die of. */
export async function dies(registrar: RunningRegistrar, death: Extract<Death, { step: Step }>): Promise<void> {
  const late = AbortSignal.timeout(deathMilliseconds);
  late.addEventListener("abort", () => void registrar.kill());
  const { signal } = await registrar.ended;
  assert.ok(!late.aborted, `nothing passed: ${death.step}`);
  assert.equal(signal, "SIGKILL", registrar.printed());
  assert.ok(registrar.printed().includes(lastWords({ ...death, of: "process" })), registrar.printed());
}
