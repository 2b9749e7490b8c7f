// SPDX-License-Identifier: Apache-2.0
// One seed from beginning to end: a bad time, then calm in which everybody who waits must be answered, then a power cut
// of everything, and then the invariants of DESIGN 3.3 and 3.4.

import { brokenInvariants } from "./invariants/all.ts";
import { begin } from "./world/beginning.ts";
import { act } from "./world/bystanders.ts";
import { Database } from "./world/database.ts";
import type { Defect } from "./world/defect.ts";
import { History } from "./world/history.ts";
import { mendAll, strike } from "./world/misfortune.ts";
import { drawOrders, drawQuotas } from "./world/orders.ts";
import { Random } from "./world/random.ts";
import { SimulatedRegistrar } from "./world/registrar.ts";
import { Scheduler } from "./world/scheduler.ts";
import { Server } from "./world/server.ts";
import { Station } from "./world/station.ts";
import { calmFor } from "./world/times.ts";
import { Trace } from "./world/trace.ts";
import { Weather } from "./world/weather.ts";

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
const badTime = 1_500;
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
  const random = new Random(seed);
  const weather = new Weather(random);
  const scheduler = new Scheduler(random, weather);
  const history = new History();
  const database = new Database(scheduler, trace, defect);
  const server = random.chance(0.5) ? new Server({ database, scheduler, trace, defect }) : undefined;
  const limits = { unanswered: random.between(4, 12), batch: random.between(1, 6) };
  const quotas = drawQuotas(random);
  const first = await begin(database, quotas, random);
  const base = { scheduler, weather, trace, database, server, history };
  const registrars = Array.from(
    { length: random.between(2, 5) },
    (_, i) => new SimulatedRegistrar(`registrar-${i + 1}`, first, { ...base, seed, limits, defect }),
  );
  const context = { ...base, registrars };
  const stations = (await drawOrders(random)).map((order) => new Station(order, context));

  for (const registrar of registrars) void registrar.start();
  for (const station of stations) void station.pursue();
  everySoOften(
    scheduler,
    () => !weather.isCalm,
    () => strike(context),
  );
  everySoOften(
    scheduler,
    () => !weather.isCalm && !areServed(stations),
    () => void act(context),
  );
  await scheduler.runUntil(() => areServed(stations) && scheduler.done > badTime / 4, badTime);
  mendAll(context);
  trace.note(scheduler.now, "weather", "is calm");
  const calmFrom = scheduler.now;
  const isOver = () => areServed(stations) || scheduler.now > calmFrom + calmFor(stations.length);
  await scheduler.runUntil(isOver, mostCalmSteps);
  const calm = scheduler.now - calmFrom;
  if (!areServed(stations)) history.violations.push(`some stations still wait after ${calm} ms of calm`);
  database.crash();
  for (const registrar of registrars) registrar.cutPower();

  const backup = database.backup(random.between(1, database.writes));
  const broken = await brokenInvariants({ registry: database.registry, history, registrars, quotas, backup });
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

function areServed(stations: readonly Station[]): boolean {
  return stations.every(({ isServed }) => isServed);
}

function everySoOften(scheduler: Scheduler, isDue: () => boolean, happen: () => void): void {
  scheduler.after(scheduler.random.between(20, 200), () => {
    if (!isDue()) return;
    happen();
    everySoOften(scheduler, isDue, happen);
  });
}
