// SPDX-License-Identifier: Apache-2.0
// A station that wants one device born. It asks a registrar, waits, and asks again, there or elsewhere, sometimes
// without waiting; once it has its answer it may ask for it again. Only a refusal ends it otherwise.

import { type ErrorCode, isNatalisError } from "natalis/kernel";
import type { Database } from "./database.ts";
import type { History, Told } from "./history.ts";
import type { Order } from "./orders.ts";
import { isTemporary, type SimulatedRegistrar } from "./registrar.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Service } from "./service.ts";
import { patience, rest } from "./times.ts";
import type { Trace } from "./trace.ts";
import type { Weather } from "./weather.ts";

export interface StationContext {
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly trace: Trace;
  readonly history: History;
  readonly database: Database;
  readonly registrars: readonly SimulatedRegistrar[];
}

/** What a refusal may be about: these tell a station to stop asking. */
const refusals: readonly ErrorCode[] = ["NAT_BIRTH_KEY_REUSED", "NAT_BIRTH_UNIT_REUSED", "NAT_REGISTRY_QUOTA"];

export class Station {
  readonly order: Order;
  readonly #context: StationContext;
  /** Whether it was told what became of its order. */
  isServed = false;

  constructor(order: Order, context: StationContext) {
    this.order = order;
    this.#context = context;
  }

  /** Asks until it is told; then perhaps once more. */
  async pursue(): Promise<void> {
    const { scheduler } = this.#context;
    const { random } = scheduler;
    await scheduler.pause(undefined, random.between(0, 600));
    while (!this.isServed) {
      if (random.chance(0.2)) void this.#ask();
      await this.#ask();
      if (!this.isServed) await scheduler.pause(undefined, random.between(...rest));
    }
    if (random.chance(0.3)) await this.#ask();
  }

  /** Sends the order once; resolves when the answer arrives or patience ends. */
  #ask(): Promise<void> {
    const { scheduler, weather, registrars } = this.#context;
    const { random } = scheduler;
    const registrar = random.pick(registrars);
    return new Promise((resolve) => {
      scheduler.after(patience, resolve);
      if (random.chance(weather.faults.lostRequest)) return;
      scheduler.after(scheduler.latency(), () => void this.#arrive(registrar, resolve));
    });
  }

  async #arrive(registrar: SimulatedRegistrar, resolve: () => void): Promise<void> {
    const { scheduler, weather } = this.#context;
    if (registrar.service === undefined) return;
    const isTold = await this.#serve(registrar, registrar.service);
    if (isTold && scheduler.random.chance(weather.faults.lostReply)) return;
    scheduler.after(scheduler.latency(), () => {
      this.isServed ||= isTold;
      resolve();
    });
  }

  /** In the registrar: whether it has something to tell. */
  async #serve(registrar: SimulatedRegistrar, service: Service): Promise<boolean> {
    const { name } = registrar;
    const { database, history } = this.#context;
    const isOver = database.isOver(this.order);
    try {
      const answer = await service.bear(this.order);
      this.#tell(name, { answer });
      if (registrar.mirrorFile.size <= answer.index)
        history.violations.push(`${name} answers ${this.order.serial} before its checkpoint is kept`);
      if (isOver) history.violations.push(`${name} answers ${this.order.serial}, whose life is over`);
      return true;
    } catch (error) {
      if (isTemporary(error)) return false;
      if (!isNatalisError(error) || !refusals.includes(error.code)) {
        history.violations.push(`${name} fails ${this.order.serial}: ${String(error)}`);
        return false;
      }
      this.#tell(name, { refusal: error.code });
      return true;
    }
  }

  #tell(registrar: string, outcome: Told["outcome"]): void {
    const { history, trace, scheduler } = this.#context;
    const { order } = this;
    history.told.push({ order, registrar, outcome });
    const text = "answer" in outcome ? `is born at entry ${outcome.answer.index}` : outcome.refusal;
    trace.note(scheduler.now, registrar, `tells ${order.station}: ${order.serial} with ${order.key}`, text);
  }
}
