// SPDX-License-Identifier: Apache-2.0
// Measures a lane's contenders against each other: warm-up first, then rounds, in each of which they take short turns.
// Whatever slows the machine down meets them all alike, so that ratios are steadier than rates.

import type { Role } from "./bench.ts";
import type { Lane } from "./lane.ts";
import type { Slice } from "./slice.ts";

export interface Plan {
  readonly rounds: number;
  /** Length of one round, all turns together. */
  readonly seconds: number;
  readonly workers: number;
}

/** Who takes turns: a contender on so many workers. */
export interface Turn {
  readonly name: string;
  readonly role: Role;
  readonly workers: number;
}

export interface Measurement extends Turn {
  /** Operations a second, one figure a round. */
  readonly rates: readonly number[];
  /** Of all operations of all rounds, milliseconds. */
  readonly latencies: readonly number[];
}

/** Short enough that a disturbance hits several turns, long enough that starting a turn does not count. */
const turnMilliseconds = 10;
const shareOfWarmUp = 0.5;

interface ScheduledTurn extends Turn {
  readonly contender: number;
}

/** With more than one worker the work takes another turn, on one of them. */
export async function measure(lane: Lane, plan: Plan): Promise<Measurement[]> {
  const turns = scheduleOf(lane, plan.workers);
  await runRound(lane, turns, shareOfWarmUp * plan.seconds);
  const rounds: Slice[][][][] = [];
  for (let round = 0; round < plan.rounds; round++) rounds.push(await runRound(lane, turns, plan.seconds));
  return turns.map(({ name, role, workers }, index) => {
    const slices = rounds.map((round) => round[index] as Slice[][]);
    return { name, role, workers, rates: slices.map(rateOf), latencies: latenciesOf(slices.flat(2)) };
  });
}

function scheduleOf({ contenders }: Lane, workers: number): ScheduledTurn[] {
  const turns = contenders.map(({ name, role }, contender) => ({ name, role, workers, contender }));
  return workers === 1 ? turns : [...turns, ...turns.filter(isWork).map((turn) => ({ ...turn, workers: 1 }))];
}

function isWork({ role }: Turn): boolean {
  return role === "work";
}

/** The slices of each turn: passes of slices a worker. */
async function runRound(lane: Lane, turns: readonly ScheduledTurn[], seconds: number): Promise<Slice[][][]> {
  const passes = Math.max(1, Math.round((1000 * seconds) / (turns.length * turnMilliseconds)));
  const milliseconds = (1000 * seconds) / (turns.length * passes);
  const slices: Slice[][][] = turns.map(() => []);
  for (let pass = 0; pass < passes; pass++)
    for (const [index, { contender, workers }] of turns.entries())
      slices[index]?.push([...(await lane.run(contender, milliseconds, workers))]);
  return slices;
}

/** Workers' rates add up: they run at the same time. */
function rateOf(passes: readonly (readonly Slice[])[]): number {
  const workers = passes[0]?.length ?? 0;
  let rate = 0;
  for (let worker = 0; worker < workers; worker++) {
    const slices = passes.map((pass) => pass[worker] as Slice);
    rate += (1000 * sumOf(slices, "operations")) / sumOf(slices, "milliseconds");
  }
  return rate;
}

function sumOf(slices: readonly Slice[], field: "operations" | "milliseconds"): number {
  return slices.reduce((sum, slice) => sum + slice[field], 0);
}

function latenciesOf(slices: readonly Slice[]): number[] {
  return slices.flatMap(({ latencies }) => latencies);
}
