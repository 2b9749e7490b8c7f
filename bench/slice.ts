// SPDX-License-Identifier: Apache-2.0
// The unit of measuring: one contender operates for some milliseconds, and clears up.

import type { Contender } from "./bench.ts";
import type { Instruments } from "./instruments.ts";

export interface Slice {
  readonly operations: number;
  /** The clearing up included. */
  readonly milliseconds: number;
  /** Of each operation, milliseconds. */
  readonly latencies: readonly number[];
}

/** Operates until the time is up, at least once; the operation that is running then is finished and counts in full. */
export async function runSlice(
  contender: Contender,
  milliseconds: number,
  { stopwatch, collectGarbage }: Instruments,
): Promise<Slice> {
  const latencies: number[] = [];
  const start = stopwatch();
  let last = start;
  do {
    const result = contender.operate();
    // A synchronous operation is not made to wait for a microtask.
    if (result instanceof Promise) await result;
    const now = stopwatch();
    latencies.push(now - last);
    last = now;
  } while (last - start < milliseconds);
  collectGarbage();
  return { operations: latencies.length, milliseconds: stopwatch() - start, latencies };
}
