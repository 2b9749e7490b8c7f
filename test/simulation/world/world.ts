// SPDX-License-Identifier: Apache-2.0
// All that one seed is about, before anything happens.

import { begin } from "./beginning.ts";
import { Database } from "./database.ts";
import type { Defect } from "./defect.ts";
import { History } from "./history.ts";
import { drawOrders, drawQuotas } from "./orders.ts";
import { Random } from "./random.ts";
import { SimulatedRegistrar } from "./registrar.ts";
import { Scheduler } from "./scheduler.ts";
import { Server } from "./server.ts";
import { Station, type StationContext } from "./station.ts";
import type { Trace } from "./trace.ts";
import { Weather } from "./weather.ts";

export interface World extends StationContext {
  readonly random: Random;
  readonly quotas: ReadonlyMap<string, number | undefined>;
  readonly stations: readonly Station[];
}

export async function makeWorld(seed: number, defect: Defect | undefined, trace: Trace): Promise<World> {
  const random = new Random(seed);
  const weather = new Weather(random);
  const scheduler = new Scheduler(random, weather);
  const history = new History();
  const database = new Database(scheduler, trace, defect);
  const server = random.chance(0.5) ? new Server({ database, scheduler, trace, defect }) : undefined;
  const limits = { unanswered: random.between(4, 12), batch: random.between(1, 6) };
  const quotas = drawQuotas(random);
  const first = await begin(database, quotas, random);
  const base = { scheduler, weather, trace, database, history };
  const makeRegistrar = (_: unknown, i: number) =>
    new SimulatedRegistrar(`registrar-${i + 1}`, first, { ...base, server, seed, limits, defect });
  const registrars = Array.from({ length: random.between(2, 5) }, makeRegistrar);
  const context = { ...base, registrars };
  const stations = (await drawOrders(random)).map((order) => new Station(order, context));
  return { ...context, random, quotas, stations };
}
