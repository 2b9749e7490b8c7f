// SPDX-License-Identifier: Apache-2.0
// A lane of processes that write births into PostgreSQL (postgres-writer.ts), each crew on a database of its own: the
// figures that a database's server gives without HTTP, certificates or threads.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { TemporaryPostgres } from "@natalis/registrar";
import type { Role } from "./bench.ts";
import type { Lane } from "./lane.ts";
import type { Slice } from "./slice.ts";

export const batchSize = 64;

/** Who writes: how many processes, on a database of their own. */
export interface Writers {
  readonly name: string;
  readonly role: Role;
  readonly kind: "sequencer" | "bare";
  readonly processes: number;
}

/** Long enough that the first batch, which finds its trees stale, does not count. */
const turnMilliseconds = 500;

export async function openWritersLane(server: TemporaryPostgres, writers: readonly Writers[]): Promise<Lane> {
  const crews: ChildProcess[][] = [];
  const close = async () => {
    for (const child of crews.flat()) child.kill();
  };
  try {
    for (const crew of writers) crews.push(await startWriters(crew, await server.newDatabase()));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    contenders: writers.map(({ name, role }) => ({ name, role, unitsPerOperation: batchSize })),
    pace: { clock: "wall", turnMilliseconds, cores: 2 },
    run: async (index, milliseconds) => [
      together(await Promise.all((crews[index] ?? []).map((child) => sliceOf(child, milliseconds)))),
    ],
    close,
  };
}

async function startWriters({ kind, processes }: Writers, address: string): Promise<ChildProcess[]> {
  const children: ChildProcess[] = [];
  for (let number = 0; number < processes; number++) {
    const child = fork(new URL("./postgres-writer.ts", import.meta.url), [kind, address, String(number)]);
    children.push(child);
    // One after the other: the first one makes the registry.
    await answerOf(child);
  }
  return children;
}

function sliceOf(child: ChildProcess, milliseconds: number): Promise<Slice> {
  const answer = answerOf<Slice>(child);
  child.send(milliseconds);
  return answer;
}

/** Its next message; a child that ends instead has failed. */
async function answerOf<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController();
  const end = once(child, "exit", { signal: ended.signal }).then(([code]) => {
    throw new Error(`a writer ended with ${String(code)}`);
  });
  const [message]: Message[] = await Promise.race([once(child, "message"), end]);
  ended.abort();
  end.catch(() => undefined);
  return message as Message;
}

/** What several did in the same time. */
function together(slices: readonly Slice[]): Slice {
  return {
    operations: slices.reduce((sum, { operations }) => sum + operations, 0),
    wallMilliseconds: Math.max(...slices.map(({ wallMilliseconds }) => wallMilliseconds)),
    processorMilliseconds: slices.reduce((sum, { processorMilliseconds }) => sum + processorMilliseconds, 0),
    latencies: slices.flatMap(({ latencies }) => latencies),
  };
}
