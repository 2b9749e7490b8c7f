// SPDX-License-Identifier: Apache-2.0
// One thread, virtual time, and one thing at a time: every wait of a simulation is a step here, due after a delay that
// the seed draws. Between two steps all that the first one set off runs to its end, so nothing else decides an order.

import { nextTick } from "node:process";
import type { Random } from "./random.ts";
import { quick, stalled } from "./times.ts";
import type { Weather } from "./weather.ts";

/** One run of a program: what it still waits for is lost when it dies. */
export class Incarnation {
  readonly name: string;
  isAlive = true;
  readonly #deathHandlers: (() => void)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  onDeath(handler: () => void): void {
    this.#deathHandlers.push(handler);
  }

  die(): void {
    this.isAlive = false;
    for (const handle of this.#deathHandlers) handle();
  }
}

interface Step {
  readonly due: number;
  readonly order: number;
  readonly owner: Incarnation | undefined;
  readonly run: () => void;
}

export class Scheduler {
  readonly random: Random;
  readonly #weather: Weather;
  /** A binary heap: the next step is the first. */
  readonly #steps: Step[] = [];
  #order = 0;
  /** Virtual milliseconds. */
  now = 0;
  /** Steps done. */
  done = 0;

  constructor(random: Random, weather: Weather) {
    this.random = random;
    this.#weather = weather;
  }

  /** How long a message or a disk takes: mostly little, in a stall a hundred times as much. */
  latency(): number {
    const isStalled = this.random.chance(this.#weather.faults.stall);
    return isStalled ? this.random.between(...stalled) : this.random.between(...quick);
  }

  /** Runs a step later, unless its owner is dead by then. */
  after(delay: number, run: () => void, owner?: Incarnation): void {
    push(this.#steps, { due: this.now + delay, order: this.#order++, owner, run });
  }

  /** Waits; for ever where the owner dies first. */
  pause(owner?: Incarnation, delay = this.latency()): Promise<void> {
    return new Promise((resolve) => this.after(delay, resolve, owner));
  }

  /** Steps until the condition holds; false where it does not within so many steps, or nothing is left to do. */
  async runUntil(condition: () => boolean, most: number): Promise<boolean> {
    for (let steps = 0; steps < most && !condition(); steps++) {
      const step = pop(this.#steps);
      if (step === undefined) break;
      this.now = step.due;
      if (step.owner?.isAlive === false) continue;
      this.done += 1;
      step.run();
      // Node empties the queue of promises before it goes on with this one: no timer, no turn of the event loop.
      await new Promise<void>((resolve) => nextTick(resolve));
    }
    return condition();
  }
}

function isBefore(a: Step, b: Step): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}

function push(heap: Step[], step: Step): void {
  let place = heap.push(step) - 1;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above] as Step;
    if (!isBefore(step, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = step;
}

function pop(heap: Step[]): Step | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let place = 0;
  for (let below = 1; below < heap.length; below = 2 * place + 1) {
    const right = heap[below + 1];
    if (right !== undefined && isBefore(right, heap[below] as Step)) below += 1;
    const child = heap[below] as Step;
    if (!isBefore(child, last)) break;
    heap[place] = child;
    place = below;
  }
  heap[place] = last;
  return first;
}
