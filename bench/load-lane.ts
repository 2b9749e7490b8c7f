// SPDX-License-Identifier: Apache-2.0
// A lane whose operations a server carries out: every connection asks again as soon as it is answered, until the turn is
// over. Client and server are two processes of one machine, so only the wall clock tells, and a turn is long enough that
// the emptying of the connections at its end does not count.

import { availableParallelism } from "node:os";
import type { Contender } from "./bench.ts";
import type { Instruments } from "./instruments.ts";
import type { Lane } from "./lane.ts";
import type { Slice } from "./slice.ts";
import type { Answer, Connection } from "./connection.ts";

export interface LoadContender extends Pick<Contender, "name" | "role"> {
  /** Makes ready for a turn; none of it is measured. */
  prepare(milliseconds: number): Promise<void>;
  /** The next request, whole. */
  request(): Buffer;
  /** Throws where the answer is not the one to that request. */
  check(answer: Answer): void;
}

export interface LoadInput {
  readonly contenders: readonly LoadContender[];
  readonly connections: readonly Connection[];
  readonly instruments: Instruments;
  close(): Promise<void>;
}

const turnMilliseconds = 500;

export function loadLane({ contenders, connections, instruments, close }: LoadInput): Lane {
  return {
    contenders,
    pace: { clock: "wall", turnMilliseconds, cores: availableParallelism() },
    async run(index, milliseconds) {
      const contender = contenders[index] as LoadContender;
      await contender.prepare(milliseconds);
      return [await runTurn(contender, connections, milliseconds, instruments)];
    },
    async close() {
      for (const connection of connections) connection.close();
      await close();
    },
  };
}

async function runTurn(
  { request, check }: LoadContender,
  connections: readonly Connection[],
  milliseconds: number,
  { wallTime, processorTime }: Instruments,
): Promise<Slice> {
  const latencies: number[] = [];
  const processorStart = processorTime();
  const start = wallTime();
  const ask = async (connection: Connection) => {
    for (let asked = wallTime(); asked - start < milliseconds; asked = wallTime()) {
      check(await connection.ask(request()));
      latencies.push(wallTime() - asked);
    }
  };
  await Promise.all(connections.map(ask));
  return {
    operations: latencies.length,
    wallMilliseconds: wallTime() - start,
    processorMilliseconds: processorTime() - processorStart,
    latencies,
  };
}
