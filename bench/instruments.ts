// SPDX-License-Identifier: Apache-2.0
// What measuring takes: two clocks, and where processor time goes.

import { readdirSync, readFileSync } from "node:fs";

export interface Instruments {
  /** Milliseconds since any fixed instant. */
  readonly wallTime: () => number;
  /** Milliseconds that processors have worked for this process, all its threads together. */
  readonly processorTime: () => number;
  /** The same by what the threads are for, where that is told apart. */
  readonly threadTimes?: () => ThreadTimes;
}

/** Milliseconds of processor time by the names of threads. */
export type ThreadTimes = Readonly<Record<string, number>>;

export function nodeInstruments(): Instruments {
  return {
    wallTime: () => performance.now(),
    processorTime: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
  };
}

/** Of a process on Linux: threads of one name together (proc(5), comm; the first number of schedstat is nanoseconds). */
export function threadTimesOf(pid: number): ThreadTimes {
  const times: Record<string, number> = {};
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const read = (file: string) => readFileSync(`/proc/${pid}/task/${thread}/${file}`, "latin1").trim();
    const name = read("comm");
    times[name] = (times[name] ?? 0) + Number(read("schedstat").split(" ")[0]) / 1e6;
  }
  return times;
}

/** What was worked between two looks, name by name; nothing where a thread has ended meanwhile. */
export function timesSince(before: ThreadTimes, now: ThreadTimes): ThreadTimes {
  return Object.fromEntries(Object.entries(now).map(([name, time]) => [name, Math.max(0, time - (before[name] ?? 0))]));
}

export function addTimes(all: readonly ThreadTimes[]): ThreadTimes {
  const sum: Record<string, number> = {};
  for (const times of all) for (const [name, time] of Object.entries(times)) sum[name] = (sum[name] ?? 0) + time;
  return sum;
}
