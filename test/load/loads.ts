// SPDX-License-Identifier: Apache-2.0
// Two ways to load a server: closed, where everybody waits for an answer before asking again, and open, where the clock
// says how many ask, whatever is answered.

import { setTimeout as wait } from "node:timers/promises";
import type { PipelinedConnection } from "../support/pipelined-connection.ts";

/** One question over this connection, to its answer. */
export type Ask = (connection: PipelinedConnection) => Promise<void>;

const tickMilliseconds = 5;

/** Answers how many seconds it took. */
export async function closedLoad(
  connections: readonly PipelinedConnection[],
  milliseconds: number,
  ask: Ask,
): Promise<number> {
  const begun = performance.now();
  const keepAsking = async (connection: PipelinedConnection) => {
    while (performance.now() - begun < milliseconds) await ask(connection);
  };
  await Promise.all(connections.map(keepAsking));
  return (performance.now() - begun) / 1000;
}

export interface Offered {
  readonly asked: number;
  /** Of those that the clock wanted asked, how many found no free connection in time. */
  readonly unasked: number;
  readonly seconds: number;
}

/** Asks over whichever connection is free; those for which there is none at their time are counted and forgotten. */
export async function openLoad(
  connections: readonly PipelinedConnection[],
  { perSecond, milliseconds }: { readonly perSecond: number; readonly milliseconds: number },
  ask: Ask,
): Promise<Offered> {
  const free = [...connections];
  const underWay = new Set<Promise<void>>();
  let [asked, unasked] = [0, 0];
  const failures: unknown[] = [];
  const begin = (connection: PipelinedConnection) => {
    const answered = ask(connection)
      .then(() => void free.push(connection))
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(answered));
    underWay.add(answered);
  };
  const begun = performance.now();
  for (let passed = 0; passed < milliseconds && failures.length === 0; passed = performance.now() - begun) {
    const due = Math.floor((perSecond * passed) / 1000) - asked - unasked;
    const some = free.splice(0, due);
    some.forEach(begin);
    asked += some.length;
    unasked += due - some.length;
    await wait(tickMilliseconds);
  }
  const seconds = (performance.now() - begun) / 1000;
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
  return { asked, unasked, seconds };
}
