// SPDX-License-Identifier: Apache-2.0
// Every bench. A new one is a file and a line here.

import { authenticateBench, authenticateCachedBench } from "./authenticate.ts";
import type { AnyBench, Contender } from "./bench.ts";
import { estBench } from "./est.ts";
import { birthsBatchBench, birthsBench, birthsRowsBench } from "./births.ts";
import { issueBench } from "./issue.ts";
import { issueSoftHsmBench } from "./issue-softhsm.ts";
import { auditBench, logBench } from "./log.ts";
import { memoryBench } from "./memory.ts";
import { pathBench } from "./path.ts";
import { postgresBench } from "./postgres.ts";
import { sealBench } from "./seal.ts";
import { sizeBench } from "./size.ts";
import { stationBench } from "./station-births.ts";

export const benches: readonly AnyBench[] = [
  issueBench,
  issueSoftHsmBench,
  sealBench,
  authenticateBench,
  authenticateCachedBench,
  pathBench,
  estBench,
  postgresBench,
  birthsBench,
  birthsBatchBench,
  birthsRowsBench,
  stationBench,
  logBench,
  auditBench,
  memoryBench,
  sizeBench,
];

export function findBench(name: string): AnyBench | undefined {
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
