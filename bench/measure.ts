// SPDX-License-Identifier: Apache-2.0
// Measures a lane's contenders against each other: warm-up first, then rounds, in each of which they take short turns.
// Whatever slows the machine down meets them all alike, so that ratios are steadier than rates. One worker is measured
// by the time that processors worked for it: on an idle machine that is no less than the time that passed, and on a
// busy one it is not lengthened by waiting for others. Of several workers only the wall clock can tell what they gain.

import type { Role } from "./bench.ts";
import type { Lane } from "./lane.ts";
import { addTimes, type ThreadTimes } from "./instruments.ts";
import type { Slice } from "./slice.ts";

export interface Plan {
  readonly warmUpSeconds: number;
  readonly rounds: number;
  /** Length of one round, all turns together. */
  readonly seconds: number;
  readonly workers: number;
}

export type Clock = "processor" | "wall";

/** Who takes turns: a contender on so many workers. */
export interface Turn {
  readonly name: string;
  readonly role: Role;
  readonly unitsPerOperation?: number;
  readonly workers: number;
}

export interface Measurement extends Turn {
  readonly clock: Clock;
  /** Operations a second by that clock, one figure a round. */
  readonly rates: readonly number[];
  /** Milliseconds that processors worked for one operation, all processes that are measured together, one figure a round. */
  readonly processor: readonly number[];
  /** Of that what each kind of thread worked, over all rounds. */
  readonly threads?: ThreadTimes;
  /** Of all operations of all rounds, milliseconds. */
  readonly latencies: readonly number[];
}

/** Short enough that a disturbance hits several turns, long enough that starting a turn does not count. */
const turnMilliseconds = 100;

interface ScheduledTurn extends Turn {
  readonly contender: number;
  readonly clock?: Clock;
}

/** With more than one worker, work and limit take another turn each, on one of them. */
export async function measure(lane: Lane, plan: Plan): Promise<Measurement[]> {
  const turns = scheduleOf(lane, plan.workers);
  const usual = lane.pace?.clock ?? (plan.workers === 1 ? "processor" : "wall");
  await runRound(lane, turns, plan.warmUpSeconds);
  const rounds: Slice[][][] = [];
  for (let round = 0; round < plan.rounds; round++) rounds.push(await runRound(lane, turns, plan.seconds));
  return turns.map(({ name, role, workers, unitsPerOperation, clock = usual }, index) => {
    const slices = rounds.map((round) => round[index] as Slice[]);
    const rates = slices.map((one) => rateOf(one, workers, clock));
    const latencies = slices.flat().flatMap((slice) => slice.latencies);
    const processor = slices.map(processorOf);
    const threads = threadsOf(slices.flat());
    const measured = { name, role, workers, clock, rates, processor, latencies };
    return { ...measured, ...(threads && { threads }), ...(unitsPerOperation && { unitsPerOperation }) };
  });
}

function scheduleOf({ contenders }: Lane, workers: number): ScheduledTurn[] {
  const turns = contenders.map(({ name, role, clock, unitsPerOperation }, contender) => ({
    name,
    role,
    workers,
    contender,
    ...(clock && { clock }),
    ...(unitsPerOperation && { unitsPerOperation }),
  }));
  return workers === 1 ? turns : [...turns, ...turns.filter(isAlsoRunAlone).map((turn) => ({ ...turn, workers: 1 }))];
}

function isAlsoRunAlone({ role }: Turn): boolean {
  return role === "work" || role === "limit";
}

/** The slices of each turn, of all its workers. */
async function runRound(lane: Lane, turns: readonly ScheduledTurn[], seconds: number): Promise<Slice[][]> {
  const turnLength = lane.pace?.turnMilliseconds ?? turnMilliseconds;
  const passes = Math.max(1, Math.round((1000 * seconds) / (turns.length * turnLength)));
  const milliseconds = (1000 * seconds) / (turns.length * passes);
  const slices: Slice[][] = turns.map(() => []);
  for (let pass = 0; pass < passes; pass++)
    for (const [index, { contender, workers }] of turns.entries())
      slices[index]?.push(...(await lane.run(contender, milliseconds, workers)));
  return slices;
}

function processorOf(slices: readonly Slice[]): number {
  const operations = slices.reduce((sum, slice) => sum + slice.operations, 0);
  return slices.reduce((sum, slice) => sum + slice.processorMilliseconds, 0) / operations;
}

/** Milliseconds for one operation. */
function threadsOf(slices: readonly Slice[]): ThreadTimes | undefined {
  const times = slices.map(({ threadTimes }) => threadTimes).filter((one) => one !== undefined);
  if (times.length === 0) return undefined;
  const operations = slices.reduce((sum, slice) => sum + slice.operations, 0);
  return Object.fromEntries(Object.entries(addTimes(times)).map(([name, time]) => [name, time / operations]));
}

/** The workers ran at the same time, each for its own milliseconds. */
function rateOf(slices: readonly Slice[], workers: number, clock: Clock): number {
  const operations = slices.reduce((sum, slice) => sum + slice.operations, 0);
  const milliseconds = slices.reduce((sum, slice) => sum + slice[`${clock}Milliseconds`], 0);
  return (1000 * operations * workers) / milliseconds;
}
