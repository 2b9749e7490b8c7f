// SPDX-License-Identifier: Apache-2.0
// A lane whose operations a server carries out: every connection asks again as soon as it is answered, until the turn is
// over; each turn has connections of its own. Client and server are two processes of one machine, so only the wall clock
// tells, and a turn is long enough that the emptying of the connections at its end does not count.

import { availableParallelism } from "node:os";
import type { Contender } from "./bench.ts";
import { type Instruments, timesSince } from "./instruments.ts";
import type { Facts, Lane } from "./lane.ts";
import type { Slice } from "./slice.ts";
import type { Answer, Connection } from "./connection.ts";

export interface LoadContender extends Pick<Contender, "name" | "role"> {
  /** Makes ready for a turn; none of it is measured. */
  prepare(milliseconds: number): void;
  /** The next request, whole. */
  request(): Buffer;
  /** Requests that the server takes from one address; at that number a turn is over early. */
  readonly mostPerConnection?: number;
  /** Units that one request is about; one if absent. */
  readonly unitsPerRequest?: number;
  /** Throws where the answer is not the one to that request. */
  check(answer: Answer): void;
}

export interface LoadInput {
  readonly contenders: readonly LoadContender[];
  readonly connections: number;
  readonly facts?: Facts;
  readonly instruments: Instruments;
  /** A connection for the contender at this index; `place` counts them, from 0 in each turn. */
  connect(contender: number, place: number): Promise<Connection>;
  peakMemoryMiB?(): number;
  /** Ends what was measured. */
  close(): Promise<void>;
}

const turnMilliseconds = 300;

export function loadLane(input: LoadInput): Lane {
  const { contenders, instruments } = input;
  return {
    contenders,
    pace: { clock: "wall", turnMilliseconds, cores: availableParallelism() },
    async run(index, milliseconds) {
      const contender = contenders[index] as LoadContender;
      contender.prepare(milliseconds);
      const connections = await Promise.all(
        Array.from({ length: input.connections }, (_, i) => input.connect(index, i)),
      );
      try {
        return [await runTurn(contender, connections, milliseconds, instruments)];
      } finally {
        for (const connection of connections) connection.close();
      }
    },
    ...(input.facts && { facts: input.facts }),
    ...(input.peakMemoryMiB && { peakMemoryMiB: () => input.peakMemoryMiB?.() ?? 0 }),
    close: () => input.close(),
  };
}

async function runTurn(
  contender: LoadContender,
  connections: readonly Connection[],
  milliseconds: number,
  clocks: Instruments,
): Promise<Slice> {
  const latencies: number[] = [];
  const processorStart = clocks.processorTime();
  const threadsStart = clocks.threadTimes?.();
  const start = clocks.wallTime();
  const keepAsking = async (connection: Connection) => {
    for (let count = 0; count < (contender.mostPerConnection ?? Number.POSITIVE_INFINITY); count++) {
      const asked = clocks.wallTime();
      if (asked - start >= milliseconds) return;
      contender.check(await connection.ask(contender.request()));
      latencies.push(clocks.wallTime() - asked);
    }
  };
  await Promise.all(connections.map(keepAsking));
  return {
    operations: latencies.length * (contender.unitsPerRequest ?? 1),
    wallMilliseconds: clocks.wallTime() - start,
    processorMilliseconds: clocks.processorTime() - processorStart,
    ...(threadsStart && { threadTimes: timesSince(threadsStart, clocks.threadTimes?.() ?? {}) }),
    latencies,
  };
}
