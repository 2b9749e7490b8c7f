// SPDX-License-Identifier: Apache-2.0
// The unit of measuring: one contender operates for some milliseconds, and clears up.

import type { Contender } from "./bench.ts";
import type { Instruments } from "./instruments.ts";

/** Milliseconds by both clocks include the clearing up. */
export interface Slice {
  readonly operations: number;
  readonly wallMilliseconds: number;
  readonly processorMilliseconds: number;
  /** Of each operation, milliseconds by the wall clock. */
  readonly latencies: readonly number[];
}

/** Operates until the time is up, at least once; the operation that is running then is finished and counts in full. */
export async function runSlice(
  contender: Contender,
  milliseconds: number,
  { wallTime, processorTime, collectYoung, collectAll }: Instruments,
): Promise<Slice> {
  const latencies: number[] = [];
  const processorStart = processorTime();
  const start = wallTime();
  let last = start;
  do {
    const result = contender.operate();
    // A synchronous operation is not made to wait for a microtask.
    if (result instanceof Promise) await result;
    const now = wallTime();
    latencies.push(now - last);
    last = now;
  } while (last - start < milliseconds);
  collectYoung();
  const slice = {
    operations: latencies.length,
    wallMilliseconds: wallTime() - start,
    processorMilliseconds: processorTime() - processorStart,
    latencies,
  };
  // Garbage that has grown old would be collected in the turns of the others.
  if (contender.role === "peer") collectAll();
  return slice;
}
