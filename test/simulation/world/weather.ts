// SPDX-License-Identifier: Apache-2.0
// What goes wrong, and how often. Each seed has a weather of its own, in which some faults never happen: a bug that
// needs one fault many times is hidden where every fault happens all the time.

import type { Random } from "./random.ts";

/** Probabilities: of the first five for each message or write, of the others for each moment that chance strikes. */
export interface Faults {
  readonly stall: number;
  /** The request never arrives; who sent it hears of a broken connection. */
  readonly lostRequest: number;
  /** The request took effect; who sent it hears of a broken connection. */
  readonly lostReply: number;
  /** Who sent it hears of a broken connection, and the request takes effect after that. */
  readonly lateRequest: number;
  /** The checkpoint is not kept, or is and nobody hears of it. */
  readonly mirrorFailure: number;
  readonly crash: number;
  readonly partition: number;
  readonly storeCrash: number;
  readonly clockJump: number;
  /** Of each step in a thread that prepares births. */
  readonly threadDeath: number;
}

const worst: Faults = {
  stall: 0.08,
  lostRequest: 0.08,
  lostReply: 0.12,
  lateRequest: 0.06,
  mirrorFailure: 0.15,
  crash: 0.5,
  partition: 0.3,
  storeCrash: 0.2,
  clockJump: 0.5,
  threadDeath: 0.03,
};

const none: Faults = {
  stall: 0,
  lostRequest: 0,
  lostReply: 0,
  lateRequest: 0,
  mirrorFailure: 0,
  crash: 0,
  partition: 0,
  storeCrash: 0,
  clockJump: 0,
  threadDeath: 0,
};

export class Weather {
  faults: Faults;

  constructor(random: Random) {
    const drawn = { ...none };
    for (const fault of Object.keys(worst) as (keyof Faults)[])
      if (random.chance(0.65)) drawn[fault] = worst[fault] * random.next();
    this.faults = drawn;
  }

  get isCalm(): boolean {
    return this.faults === none;
  }

  calm(): void {
    this.faults = none;
  }
}
