// SPDX-License-Identifier: Apache-2.0
// `bench -- births`: births a second over HTTPS, one a request over kept-alive connections, each a key and a unit of its
// own, answered with certificate and receipt once it is durable and in the log. The limit is the empty request of the
// same station to the same server over the same connections: what TLS, HTTP, knowing who asks and the two processes
// cost by themselves. With `--batch`, 500 births a request against the same limit. With `--rows N`, on a registry with N
// devices; the limit is then the same on one that begins empty.

import type { LoadBench } from "./bench.ts";
import { type BenchRegistrar, openBenchRegistrar } from "./bench-registrar.ts";
import { connectTls } from "./connection.ts";
import { nodeInstruments } from "./instruments.ts";
import type { Lane } from "./lane.ts";
import { type LoadContender, loadLane } from "./load-lane.ts";
import { asking, bearing, bearingBatches, enrolStation } from "./station.ts";

export const birthsBench: LoadBench = {
  name: "births",
  unit: "births",
  unitsPerOperation: 1,
  // 6,000 of 28,000.
  budget: 0.214,
  connections: 64,
  open: ({ connections }) =>
    openLane(connections, [0], (registrar) => {
      const station = enrolStation(registrar);
      return [bearing("births", "work", station), asking(station)];
    }),
};

export const birthsBatchBench: LoadBench = {
  name: "births --batch",
  unit: "births",
  unitsPerOperation: 1,
  // 10,000 of 28,000.
  budget: 0.357,
  connections: 4,
  open: ({ connections }) =>
    openLane(connections, [0], (registrar) => {
      const station = enrolStation(registrar);
      return [bearingBatches(station), asking(station)];
    }),
};

export const birthsRowsBench: LoadBench = {
  name: "births --rows",
  unit: "births",
  unitsPerOperation: 1,
  budget: 0.6,
  connections: 64,
  open: ({ connections, rows }) =>
    openLane(connections, [rows, 0], (full, empty = full) => [
      bearing("births", "work", enrolStation(full)),
      bearing("limit", "limit", enrolStation(empty)),
    ]),
};

/** One registrar for each number of rows; with one of them only, it serves every contender. */
async function openLane(
  connections: number,
  rows: readonly number[],
  contend: (first: BenchRegistrar, second?: BenchRegistrar) => readonly LoadContender[],
): Promise<Lane> {
  const registrars: BenchRegistrar[] = [];
  const close = async () => void (await Promise.all(registrars.map((registrar) => registrar.close())));
  try {
    for (const count of rows) registrars.push(await openBenchRegistrar(count));
    const [first, second] = registrars as [BenchRegistrar, BenchRegistrar?];
    return loadLane({
      contenders: contend(first, second),
      connections,
      instruments: nodeInstruments(),
      connect: (contender) => {
        const { host, port, roots } = registrars[contender] ?? first;
        return connectTls({ host, port, ca: [...roots] });
      },
      peakMemoryMiB: () => first.peakMemoryMiB(),
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}
