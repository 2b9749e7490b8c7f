// SPDX-License-Identifier: Apache-2.0
// Every bench. A new one is a file and a line here.

import type { Bench, LoadBench } from "./bench.ts";
import { estBench } from "./est.ts";
import { issueBench } from "./issue.ts";
import { sealBench } from "./seal.ts";

export const benches: readonly (Bench | LoadBench)[] = [issueBench, sealBench, estBench];

export function findBench(name: string): Bench | LoadBench | undefined {
  return benches.find((bench) => bench.name === name);
}
