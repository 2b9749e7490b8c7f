// SPDX-License-Identifier: Apache-2.0
// What must hold after every seed, from what left the registrars and what is on the disk.

import type { VolatileInsecureRegistry } from "natalis/testing";
import type { History } from "../world/history.ts";
import type { SimulatedRegistrar } from "../world/registrar.ts";
import { brokenActs } from "./acts.ts";
import { brokenAnswers } from "./answers.ts";
import { auditFindings } from "./audit.ts";
import { forkedBackups } from "./backups.ts";
import { brokenCheckpoints } from "./checkpoints.ts";
import { brokenLog, readLog } from "./log.ts";
import { brokenRefusals } from "./refusals.ts";

export interface Aftermath {
  readonly registry: VolatileInsecureRegistry;
  readonly history: History;
  readonly registrars: readonly Pick<SimulatedRegistrar, "name" | "mirrorFile">[];
  /** The store as it was at some time before. */
  readonly backup: VolatileInsecureRegistry;
  readonly quotas: ReadonlyMap<string, number | undefined>;
}

/** A sentence for each thing that does not hold. */
export async function brokenInvariants(aftermath: Aftermath): Promise<readonly string[]> {
  const { registry, history } = aftermath;
  const log = readLog(registry.tables.entries);
  return [
    ...brokenLog(log),
    ...(await brokenAnswers(log, history)),
    ...(await brokenActs(log, history)),
    ...brokenRefusals(log, aftermath),
    ...(await brokenCheckpoints(log, aftermath)),
    ...(await forkedBackups(aftermath)),
    ...(await auditFindings(aftermath)),
  ];
}
