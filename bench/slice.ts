// SPDX-License-Identifier: Apache-2.0
// The unit of measuring: one contender operates for some milliseconds.

import type { Contender } from "./bench.ts";

export interface Slice {
  readonly operations: number;
  readonly milliseconds: number;
  /** Of each operation, milliseconds. */
  readonly latencies: readonly number[];
}

/** Milliseconds since any fixed instant. */
export type Stopwatch = () => number;

/** Operates until the time is up, at least once; the operation that is running then is finished and counts in full. */
export async function runSlice(contender: Contender, milliseconds: number, stopwatch: Stopwatch): Promise<Slice> {
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
  return { operations: latencies.length, milliseconds: last - start, latencies };
}
