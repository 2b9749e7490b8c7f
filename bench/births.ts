// SPDX-License-Identifier: Apache-2.0
// `bench -- births`: births a second over HTTPS, one a request over kept-alive connections, each a key and a unit of its
// own, answered with certificate and receipt once it is durable and in the log. The limit is the empty request of the
// same station to the same server over the same connections: what TLS, HTTP, knowing who asks and the two processes
// cost by themselves. With `--batch`, 500 births a request against the same limit. With `--rows N`, on a registry with N
// devices; the limit is then the same on one that begins empty. With `--database postgres`, in a server of its own, and
// beside it what that server takes of the same rows by bare statements; with `--registrars N` so many processes serve
// one database, and the connections are spread over them.

import type { LoadBench, LoadOptions } from "./bench.ts";
import { type BenchRegistrar, openBenchRegistrar } from "./bench-registrar.ts";
import { openCfsslLane } from "./cfssl.ts";
import { type Connection, connectTls } from "./connection.ts";
import { addTimes, type Instruments, nodeInstruments, threadTimesOf, type ThreadTimes } from "./instruments.ts";
import { joinLanes } from "./joined-lane.ts";
import type { Lane } from "./lane.ts";
import { type LoadContender, loadLane } from "./load-lane.ts";
import { openBenchPostgres } from "./postgres.ts";
import { asking, bearing, bearingBatches, enrolStation } from "./station.ts";
import { openWritersLane } from "./writers.ts";

export const birthsBench: LoadBench = {
  name: "births",
  unit: "births",
  unitsPerOperation: 1,
  // 6,000 of 28,000.
  budget: 0.214,
  connections: 64,
  anyDatabase: true,
  open: (options) =>
    openLane(options, [0], (registrar) => {
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
  anyDatabase: true,
  open: (options) =>
    openLane(options, [0], (registrar) => {
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
  anyDatabase: true,
  open: (options) =>
    openLane(options, [options.rows, 0], (full, empty = full) => [
      bearing("births", "work", enrolStation(full)),
      bearing("limit", "limit", enrolStation(empty)),
    ]),
};

type Contend = (first: BenchRegistrar, second?: BenchRegistrar) => readonly LoadContender[];

/** One registrar for each number of rows; with one of them only, it serves every contender. */
async function openLane(options: LoadOptions, rows: readonly number[], contend: Contend): Promise<Lane> {
  const { connections, database, registrars, peers } = options;
  const closings: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closings.splice(0).toReversed()) await end();
  };
  try {
    const server = database === "postgres" ? await openBenchPostgres() : undefined;
    if (server !== undefined) closings.push(() => server.close());
    const opened: BenchRegistrar[] = [];
    for (const count of rows) {
      const registrar = await openBenchRegistrar({ rows: count, database: await server?.newDatabase(), registrars });
      closings.push(() => registrar.close());
      opened.push(registrar);
    }
    const lane = loadLane({
      contenders: contend(...(opened as [BenchRegistrar, BenchRegistrar?])),
      connections,
      facts: factsOf(options),
      instruments: bothSides(opened),
      connect: (contender, place) => connectTo(opened[contender] ?? (opened[0] as BenchRegistrar), place),
      peakMemoryMiB: () => (opened[0] as BenchRegistrar).peakMemoryMiB(),
      close,
    });
    const others: Lane[] = [];
    if (server !== undefined) others.push(await openWritersLane(server, [bareRows]));
    if (peers) others.push(await openCfsslLane(connections));
    return joinLanes(lane, ...others);
  } catch (error) {
    await close();
    throw error;
  }
}

/** Processors work for the registrars and for those who ask. */
function bothSides(registrars: readonly BenchRegistrar[]): Instruments {
  const { wallTime, processorTime } = nodeInstruments();
  const theirs = () => registrars.reduce((sum, registrar) => sum + registrar.processorMilliseconds(), 0);
  const threadTimes = (): ThreadTimes => ({
    ...addTimes(registrars.map((registrar) => registrar.threadTimes())),
    client: Object.values(threadTimesOf(process.pid)).reduce((sum, time) => sum + time, 0),
  });
  return { wallTime, processorTime: () => processorTime() + theirs(), threadTimes };
}

const bareRows = { name: "unnest", role: "beside", kind: "bare", processes: 1 } as const;

function factsOf({ rows, database, registrars }: LoadOptions): Readonly<Record<string, string | number>> {
  return { database, registrars, ...(rows > 0 && { rows }) };
}

/** The connections are dealt out to its processes. */
function connectTo({ host, ports, roots }: BenchRegistrar, place: number): Promise<Connection> {
  return connectTls({ host, port: ports[place % ports.length], ca: [...roots] });
}
