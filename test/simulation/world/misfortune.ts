// SPDX-License-Identifier: Apache-2.0
// What strikes between messages: registrars die and start again, wires are cut and mended, the store loses its memory,
// clocks jump.

import type { Database } from "./database.ts";
import type { SimulatedRegistrar } from "./registrar.ts";
import type { Scheduler } from "./scheduler.ts";
import { down } from "./times.ts";
import type { Trace } from "./trace.ts";
import type { Weather } from "./weather.ts";

export interface MisfortuneContext {
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly trace: Trace;
  readonly database: Database;
  readonly registrars: readonly SimulatedRegistrar[];
}

/** Strikes, or does not, as the weather has it. */
export function strike(context: MisfortuneContext): void {
  const { scheduler, weather, trace } = context;
  const { random } = scheduler;
  const { faults } = weather;
  const registrar = random.pick(context.registrars);
  if (random.chance(faults.crash)) void restart(registrar, scheduler);
  if (random.chance(faults.clockJump)) setClock(registrar, context);
  if (random.chance(faults.storeCrash)) restartStore(context);
  if (random.chance(faults.partition) && !registrar.link.isCut) {
    registrar.link.isCut = true;
    trace.note(scheduler.now, registrar.name, "is cut off");
    scheduler.after(random.between(50, 800), () => mend(registrar));
  }
}

/** Everything mended at once: from now on only the past is wrong. */
export function mendAll({ registrars, database, weather }: MisfortuneContext): void {
  weather.calm();
  database.isDown = false;
  for (const registrar of registrars) mend(registrar);
}

function mend(registrar: SimulatedRegistrar): void {
  registrar.link.isCut = false;
}

async function restart(registrar: SimulatedRegistrar, scheduler: Scheduler): Promise<void> {
  if (registrar.service === undefined) return;
  if (scheduler.random.chance(0.2)) await registrar.stop();
  else registrar.kill();
  scheduler.after(scheduler.random.between(...down), () => void registrar.start());
}

function setClock({ name, clock }: SimulatedRegistrar, { scheduler, trace }: MisfortuneContext): void {
  clock.jump();
  trace.note(scheduler.now, name, "clock is set", clock.now().toISOString());
}

function restartStore({ database, scheduler }: MisfortuneContext): void {
  database.crash();
  database.isDown = true;
  scheduler.after(scheduler.random.between(1, 200), () => {
    database.isDown = false;
  });
}
