// SPDX-License-Identifier: Apache-2.0
// Every bench. A new one is a file and a line here.

import type { Bench } from "./bench.ts";
import { issueBench } from "./issue.ts";
import { sealBench } from "./seal.ts";

export const benches: readonly Bench[] = [issueBench, sealBench];

export function findBench(name: string): Bench | undefined {
  return benches.find((bench) => bench.name === name);
}
