// SPDX-License-Identifier: Apache-2.0
// `bench -- postgres`: births a second into a log in PostgreSQL, planned, signed and committed in batches of 64, by one
// registrar's sequencer and by two on one database; HTTP and certificates are not in it. The limit is what the same
// server takes of the same rows by one bare `unnest` statement a batch, into tables with the same indexes. The server
// is one of its own, on a disk, with the settings of its package.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { openTemporaryPostgres } from "@natalis/registrar";
import type { LoadBench, Role } from "./bench.ts";
import type { Lane } from "./lane.ts";
import type { Slice } from "./slice.ts";

export const batchSize = 64;

/** Who writes: how many processes, on a database of their own. */
interface Writers {
  readonly name: string;
  readonly role: Role;
  readonly kind: "sequencer" | "bare";
  readonly processes: number;
}

const contenders: readonly Writers[] = [
  { name: "postgres", role: "work", kind: "sequencer", processes: 1 },
  { name: "unnest", role: "limit", kind: "bare", processes: 1 },
  { name: "two registrars", role: "beside", kind: "sequencer", processes: 2 },
  { name: "unnest, 4 connections", role: "beside", kind: "bare", processes: 4 },
];

/** Long enough that the first batch, which finds its trees stale, does not count. */
const turnMilliseconds = 500;

export const postgresBench: LoadBench = {
  name: "postgres",
  unit: "births",
  unitsPerOperation: batchSize,
  budget: 0.5,
  connections: 1,
  open: async () => {
    const server = await openTemporaryPostgres({ port: await freePort(), parent: tmpdir() });
    const crews: ChildProcess[][] = [];
    const lane: Lane = {
      contenders,
      pace: { clock: "wall", turnMilliseconds, cores: 2 },
      run: async (index, milliseconds) => [
        together(await Promise.all((crews[index] ?? []).map((child) => sliceOf(child, milliseconds)))),
      ],
      async close() {
        for (const child of crews.flat()) child.kill();
        await server.close();
      },
    };
    try {
      for (const writers of contenders) crews.push(await startWriters(writers, await server.newDatabase()));
      return lane;
    } catch (error) {
      await lane.close();
      throw error;
    }
  },
};

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

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  await once(server.close(), "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
