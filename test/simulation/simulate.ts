// SPDX-License-Identifier: Apache-2.0
// One seed from beginning to end: a bad time, then calm in which everybody who waits must be answered, then a power cut
// of everything, and then the invariants of DESIGN 3.3 and 3.4.

import { brokenInvariants } from "./invariants/all.ts";
import { act } from "./world/bystanders.ts";
import type { Defect } from "./world/defect.ts";
import { mendAll, strike } from "./world/misfortune.ts";
import { calmFor } from "./world/times.ts";
import { Trace } from "./world/trace.ts";
import { makeWorld, type World } from "./world/world.ts";

export interface SimulationOptions {
  readonly seed: number;
  readonly defect?: Defect | undefined;
  /** Keeps a line for each thing that happened. */
  readonly isTraced?: boolean;
}

export interface Outcome {
  readonly seed: number;
  /** What did not hold, a sentence each; empty where all is well. */
  readonly violations: readonly string[];
  readonly trace: readonly string[];
  readonly steps: number;
  /** Virtual milliseconds of calm until everybody was served, of what `calmFor` allows. */
  readonly calm: readonly [number, number];
  readonly entries: number;
  readonly answers: number;
  readonly refusals: number;
}

/** Steps that a bad time lasts; it may end earlier where everybody is served. */
const badTime = 1_200;
/** Far more than a calm can have, so that one that goes round in circles ends. */
const mostCalmSteps = 20_000;

const nothing = { steps: 0, calm: [0, 1], entries: 0, answers: 0, refusals: 0 } as const;

/** Never rejects: what breaks the simulation itself is a violation too. */
export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const trace = new Trace(options.isTraced ?? false);
  try {
    return await live(options, trace);
  } catch (error) {
    const violations = [`the simulation breaks: ${String(error)}`];
    return { seed: options.seed, violations, trace: trace.lines, ...nothing };
  }
}

async function live({ seed, defect }: SimulationOptions, trace: Trace): Promise<Outcome> {
  const world = await makeWorld(seed, defect, trace);
  await liveInBadTime(world);
  const calm = await liveInCalm(world);
  if (world.random.chance(0.5)) await stopAll(world);
  const broken = await brokenAfterPowerCut(world);
  const { scheduler, history, database, stations } = world;
  const answers = history.told.filter(({ outcome }) => "answer" in outcome).length;
  return {
    seed,
    violations: [...history.violations, ...broken],
    trace: trace.lines,
    steps: scheduler.done,
    calm: [calm, calmFor(stations.length)],
    entries: database.registry.head()?.size ?? 0,
    answers,
    refusals: history.told.length - answers,
  };
}

async function liveInBadTime(world: World): Promise<void> {
  const { scheduler, registrars, stations } = world;
  for (const registrar of registrars) void registrar.start();
  for (const station of stations) void station.pursue();
  everySoOften(world, () => strike(world));
  everySoOften(world, () => {
    if (!areServed(world)) void act(world);
  });
  await scheduler.runUntil(() => areServed(world) && scheduler.done > badTime / 4, badTime);
}

/** Answers how long it took until everybody was served, virtual milliseconds. */
async function liveInCalm(world: World): Promise<number> {
  const { scheduler, history, trace } = world;
  mendAll(world);
  trace.note(scheduler.now, "weather", "is calm");
  const from = scheduler.now;
  await runInCalm(world, () => areServed(world));
  const calm = scheduler.now - from;
  if (!areServed(world)) history.violations.push(`some stations still wait after ${calm} ms of calm`);
  return calm;
}

/** Whoever is up stops, and nothing keeps it from it. */
async function stopAll(world: World): Promise<void> {
  const { registrars, history } = world;
  const stopping = new Set(registrars.filter(({ service }) => service !== undefined));
  for (const registrar of stopping) void registrar.stop().then(() => stopping.delete(registrar));
  await runInCalm(world, () => stopping.size === 0);
  for (const { name } of stopping) history.violations.push(`${name} does not stop`);
}

async function runInCalm({ scheduler, stations }: World, isDone: () => boolean): Promise<void> {
  const until = scheduler.now + calmFor(stations.length);
  await scheduler.runUntil(() => isDone() || scheduler.now > until, mostCalmSteps);
}

async function brokenAfterPowerCut({ random, database, history, registrars, quotas }: World) {
  database.crash();
  for (const registrar of registrars) registrar.cutPower();
  const backup = database.backup(random.between(1, database.writes));
  return brokenInvariants({ registry: database.registry, history, registrars, quotas, backup });
}

function areServed({ stations }: World): boolean {
  return stations.every(({ isServed }) => isServed);
}

/** Until calm. */
function everySoOften(world: World, happen: () => void): void {
  const { scheduler, weather } = world;
  scheduler.after(scheduler.random.between(20, 200), () => {
    if (weather.isCalm) return;
    happen();
    everySoOften(world, happen);
  });
}
