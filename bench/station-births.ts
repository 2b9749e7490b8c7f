// SPDX-License-Identifier: Apache-2.0
// `bench -- station`: births a second at a station without a connection, over HTTPS, one a request, each a key and a unit
// of its own, answered once it is in the journal and that is on disk. The limit is the empty request of the same line to
// the same station over the same connections. Beside it, how fast a registrar takes what was borne: the births of the
// journal, 500 a request, one request after the other, as `natalis station sync` asks.

import { readJournal } from "@natalis/node";
import { asArray, asBytes, decodeCbor } from "natalis/formats";
import { toBase64 } from "natalis/kernel";
import type { LoadBench, LoadOptions } from "./bench.ts";
import { type BenchRegistrar, openBenchRegistrar } from "./bench-registrar.ts";
import { type BenchStation, openBenchStation } from "./bench-station.ts";
import { connectTls } from "./connection.ts";
import { type Instruments, nodeInstruments } from "./instruments.ts";
import { joinLanes } from "./joined-lane.ts";
import type { Lane } from "./lane.ts";
import { type LoadContender, loadLane } from "./load-lane.ts";
import { asking, bearing, birthsPerBatch, countOf, ndjson, post } from "./station.ts";

export const stationBench: LoadBench = {
  name: "station",
  unit: "births",
  unitsPerOperation: 1,
  // 6,000, as of births at a registrar, of 40,000: its empty request costs less, since no registry is asked who asks.
  budget: 0.15,
  connections: 64,
  open: openLane,
};

async function openLane({ connections }: LoadOptions): Promise<Lane> {
  const registrar = await openBenchRegistrar();
  try {
    const station = await openBenchStation(registrar);
    const { host } = registrar;
    const line = { host, token: station.lineToken };
    const { port, roots } = station;
    const instruments = allSides(registrar, station);
    const births = loadLane({
      contenders: [bearing("station", "work", line), asking(line)],
      connections,
      instruments,
      connect: () => connectTls({ host, port, ca: [...roots] }),
      peakMemoryMiB: () => station.peakMemoryMiB(),
      async close() {
        await station.close();
        await registrar.close();
      },
    });
    return joinLanes(births, bringingInLane(registrar, station, instruments));
  } catch (error) {
    await registrar.close();
    throw error;
  }
}

/** Processors work for both, and for those who ask. */
function allSides(registrar: BenchRegistrar, station: BenchStation): Instruments {
  const { wallTime, processorTime } = nodeInstruments();
  const theirs = () => registrar.processorMilliseconds() + station.processorMilliseconds();
  return { wallTime, processorTime: () => processorTime() + theirs() };
}

/** What the turns before have borne, over one connection; a turn is over early where all of it is in. */
function bringingInLane({ host, ports, roots }: BenchRegistrar, station: BenchStation, instruments: Instruments): Lane {
  const bringing = bringingIn(host, station);
  const lane = loadLane({
    contenders: [bringing],
    connections: 1,
    instruments,
    connect: () => connectTls({ host, port: ports[0], ca: [...roots] }),
    close: async () => undefined,
  });
  return {
    ...lane,
    async run(...turn) {
      await bringing.read();
      return lane.run(...turn);
    },
  };
}

function bringingIn(host: string, { id, token, journal }: BenchStation): LoadContender & { read(): Promise<void> } {
  const ready: Buffer[] = [];
  let [taken, most] = [0, 0];
  return {
    name: "sync",
    role: "beside",
    unitsPerRequest: birthsPerBatch,
    /** Whole requests only, so that each is of as many births. */
    async read() {
      let lines: string[] = [];
      for await (const { number, bytes } of readJournal(journal)) {
        if (number < taken) continue;
        lines.push(claimOf(bytes));
        if (lines.length < birthsPerBatch) continue;
        ready.push(post(`/stations/${id}/births`, { host, token }, ndjson, lines.join("\n")));
        taken += lines.length;
        lines = [];
      }
    },
    prepare() {
      most = ready.length;
    },
    get mostPerConnection() {
      return most;
    },
    request() {
      const request = ready.shift();
      if (request === undefined) throw new Error("nothing is left to bring in");
      return request;
    },
    check({ status, body }) {
      const entered = status === 200 ? countOf(body, '"status":201,') : 0;
      if (entered !== birthsPerBatch)
        throw new Error(`status ${status}, ${entered} entered: ${body.toString().slice(0, 500)}`);
    },
  };
}

/** A record of the journal as a line of the request. */
function claimOf(bytes: Uint8Array): string {
  const [, request, record, certificate] = asArray(decodeCbor(bytes), 5);
  const text = (value: unknown) => toBase64(asBytes(value as Parameters<typeof asBytes>[0]));
  return JSON.stringify({ request: text(request), record: text(record), certificate: text(certificate) });
}
