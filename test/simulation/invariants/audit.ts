// SPDX-License-Identifier: Apache-2.0
// The audit that operators run finds nothing: leaves, tiles, roots, state tree, checkpoints, rows and mirrors agree
// with a replay of the entries.

import { nodeHash } from "@natalis/node";
import { bornFactsReader } from "natalis/birth";
import { auditLog } from "natalis/registry";
import { authenticator, logTrust, origin, testAuthority } from "../world/maker.ts";
import type { Aftermath } from "./all.ts";

const readFacts = bornFactsReader({ oids: testAuthority.issuing.oids, hash: nodeHash });

export async function auditFindings({ registry: { stores } }: Aftermath): Promise<string[]> {
  const { problems } = await auditLog({ stores, origin, readFacts, authenticator, ...logTrust });
  return problems.map(({ subject, place, finding }) => `audit: ${subject} ${place}: ${finding}`);
}
