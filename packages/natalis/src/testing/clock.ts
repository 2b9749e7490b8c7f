// SPDX-License-Identifier: Apache-2.0
// Clocks that say what a test wants.

import type { Clock } from "../kernel/index.ts";

/** Always the same instant. */
export function fixedClock(at: Date): Clock {
  return { now: () => new Date(at) };
}

/** `from`, then `stepMilliseconds` later with every look at it. */
export function steppingClock(from: Date, stepMilliseconds: number): Clock {
  let next = from.getTime();
  return {
    now() {
      const now = new Date(next);
      next += stepMilliseconds;
      return now;
    },
  };
}
