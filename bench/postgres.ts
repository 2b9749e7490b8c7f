// SPDX-License-Identifier: Apache-2.0
// `bench -- postgres`: births a second into a log in PostgreSQL, planned, signed and committed in batches of 64, by one
// registrar's sequencer and by two on one database; HTTP and certificates are not in it. The limit is what the same
// server takes of the same rows by one bare `unnest` statement a batch, into tables with the same indexes. The server
// is one of its own, on a disk, with the settings of its package.

import { tmpdir } from "node:os";
import { openTemporaryPostgres, type TemporaryPostgres } from "@natalis/registrar";
import type { LoadBench } from "./bench.ts";
import { freePort } from "./natalis-process.ts";
import { batchSize, openWritersLane, type Writers } from "./writers.ts";

const writers: readonly Writers[] = [
  { name: "postgres", role: "work", kind: "sequencer", processes: 1 },
  { name: "unnest", role: "limit", kind: "bare", processes: 1 },
  { name: "two registrars", role: "beside", kind: "sequencer", processes: 2 },
  { name: "unnest, 4 connections", role: "beside", kind: "bare", processes: 4 },
];

export const postgresBench: LoadBench = {
  name: "postgres",
  unit: "births",
  unitsPerOperation: batchSize,
  budget: 0.5,
  connections: 1,
  open: async () => {
    const server = await openBenchPostgres();
    try {
      const lane = await openWritersLane(server, writers);
      return {
        ...lane,
        async close() {
          await lane.close();
          await server.close();
        },
      };
    } catch (error) {
      await server.close();
      throw error;
    }
  },
};

/** On a disk, since that is what a commit waits for. */
export async function openBenchPostgres(): Promise<TemporaryPostgres> {
  return openTemporaryPostgres({ port: await freePort(), parent: tmpdir() });
}
