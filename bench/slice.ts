// SPDX-License-Identifier: Apache-2.0
// The unit of measuring: one contender operates for some milliseconds.

import type { Operation } from "./bench.ts";
import type { Instruments, ThreadTimes } from "./instruments.ts";

export interface Slice {
  readonly operations: number;
  readonly wallMilliseconds: number;
  readonly processorMilliseconds: number;
  /** By what its threads are for, where that is told apart. */
  readonly threadTimes?: ThreadTimes;
  /** Of each operation, milliseconds by the wall clock. */
  readonly latencies: readonly number[];
}

/** Operates until the time is up, at least once; the operation that is running then is finished and counts in full. */
export async function runSlice(
  operate: Operation,
  milliseconds: number,
  { wallTime, processorTime }: Instruments,
): Promise<Slice> {
  const latencies: number[] = [];
  const processorStart = processorTime();
  const start = wallTime();
  let last = start;
  do {
    const result = operate();
    // A synchronous operation is not made to wait for a microtask.
    if (result instanceof Promise) await result;
    const now = wallTime();
    latencies.push(now - last);
    last = now;
  } while (last - start < milliseconds);
  return {
    operations: latencies.length,
    wallMilliseconds: last - start,
    processorMilliseconds: processorTime() - processorStart,
    latencies,
  };
}
