// SPDX-License-Identifier: Apache-2.0
// Every bench. A new one is a file and a line here.

import { authenticateBench, authenticateCachedBench } from "./authenticate.ts";
import type { Bench, Contender, LoadBench } from "./bench.ts";
import { estBench } from "./est.ts";
import { birthsBatchBench, birthsBench, birthsRowsBench } from "./births.ts";
import { issueBench } from "./issue.ts";
import { sealBench } from "./seal.ts";

export const benches: readonly (Bench | LoadBench)[] = [
  issueBench,
  sealBench,
  authenticateBench,
  authenticateCachedBench,
  estBench,
  birthsBench,
  birthsBatchBench,
  birthsRowsBench,
];

export function findBench(name: string): Bench | LoadBench | undefined {
  return benches.find((bench) => bench.name === name);
}

/** For worker threads, which are told by name: a contender that is there. */
export function findContender(benchName: string, name: string): Contender {
  const bench = findBench(benchName);
  const contenders = bench !== undefined && "contenders" in bench ? bench.contenders : [];
  const found = contenders.find((contender) => contender.name === name);
  if (found === undefined) throw new Error(`bench ${benchName} has no contender ${name}`);
  return found;
}
