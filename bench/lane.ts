// SPDX-License-Identifier: Apache-2.0
// Where slices run.

import type { Contender } from "./bench.ts";
import type { Slice } from "./slice.ts";

/** How a lane is measured where it is not by turns of worker threads. */
export interface Pace {
  readonly clock: "processor" | "wall";
  readonly turnMilliseconds: number;
  /** That the work may keep busy. */
  readonly cores: number;
}

export type Facts = Readonly<Record<string, string | number>>;

export interface Lane {
  readonly pace?: Pace;
  /** In the order in which they take turns. */
  readonly contenders: readonly Pick<Contender, "name" | "role" | "clock" | "unitsPerOperation">[];
  /** One slice of the contender at this index on each of the first `workers` workers, all at the same time. */
  run(contender: number, milliseconds: number, workers: number): Promise<readonly Slice[]>;
  /** What was measured, in words and numbers that stand with its figures. */
  readonly facts?: Facts;
  /** Of what is measured, where that is another process: the largest resident size it had. */
  peakMemoryMiB?(): number;
  close(): Promise<void>;
}
