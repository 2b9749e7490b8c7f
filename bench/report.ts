// SPDX-License-Identifier: Apache-2.0
// What a measurement comes to: figures, as one line of JSON for programs or a table for people.

import type { BenchFacts, Role } from "./bench.ts";
import type { Clock, Measurement, Plan } from "./measure.ts";
import type { Facts } from "./lane.ts";
import { median, quantile } from "./statistics.ts";

/** Rates are units a second by the clock that is named, medians of the rounds; what does not apply is absent. */
export interface Figures {
  readonly name: string;
  readonly unit: string;
  /** What was measured, where a bench has variants of it. */
  readonly facts?: Facts;
  readonly perSecond: number;
  readonly limitPerSecond: number;
  /** Share of the limit: the median of the rounds' ratios, so not quite the ratio of the medians. */
  readonly ratio: number;
  readonly budget: number;
  /** Of one operation, by the wall clock. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Largest resident size of the process, the preparations and all contenders included. */
  readonly peakMemoryMiB: number;
  /** That the work may have kept busy: one a worker. */
  readonly cores: number;
  readonly rounds: number;
  readonly clock: Clock;
  /** Where the wall clock tells: microseconds that processors worked for one unit, on either side of a connection. */
  readonly processorUs?: number;
  readonly limitProcessorUs?: number;
  /** Of `processorUs`, by what threads are for: those that take a microsecond or more. */
  readonly threadUs?: Readonly<Record<string, number>>;
  /** The rate on all workers over the rate on one of them. */
  readonly overOneWorker?: number;
  /** The same of the limit: what the machine had to give. */
  readonly limitOverOneWorker?: number;
  readonly beside?: Readonly<Record<string, number>>;
  readonly peers?: Readonly<Record<string, number>>;
}

export function figuresOf(
  { name, unit, unitsPerOperation, budget, facts }: BenchFacts & { readonly facts?: Facts },
  measurements: readonly Measurement[],
  { rounds, workers, cores = workers }: Plan & { readonly cores?: number },
  peakMemoryMiB: number,
): Figures {
  const work = measurementOf(measurements, "work", workers);
  const limit = measurementOf(measurements, "limit", workers);
  const rate = ({ rates, unitsPerOperation: own = unitsPerOperation }: Measurement) => Math.round(own * median(rates));
  const named = (role: Role) =>
    Object.fromEntries(measurements.filter((one) => one.role === role).map((one) => [one.name, rate(one)]));
  return {
    name,
    unit,
    ...(facts && { facts }),
    perSecond: rate(work),
    limitPerSecond: rate(limit),
    ratio: rounded(medianRatio(work, limit), 3),
    budget,
    p50Ms: rounded(quantile(work.latencies, 0.5), 4),
    p99Ms: rounded(quantile(work.latencies, 0.99), 4),
    peakMemoryMiB: Math.ceil(peakMemoryMiB),
    cores,
    rounds,
    clock: work.clock,
    ...(work.clock === "wall" && {
      processorUs: microseconds(work, unitsPerOperation),
      limitProcessorUs: microseconds(limit, unitsPerOperation),
      ...(work.threads && { threadUs: threadMicroseconds(work, unitsPerOperation) }),
    }),
    ...(workers > 1 && {
      overOneWorker: rounded(medianRatio(work, measurementOf(measurements, "work", 1)), 2),
      limitOverOneWorker: rounded(medianRatio(limit, measurementOf(measurements, "limit", 1)), 2),
    }),
    ...whereAny("beside", named("beside")),
    ...whereAny("peers", named("peer")),
  };
}

/** One line, for the last of the output. */
export function encodeFigures(figures: Figures): string {
  return JSON.stringify(figures);
}

/** Several lines. */
export function tableOf(figures: Figures): string {
  const { name, unit, perSecond, limitPerSecond, ratio, budget, cores, rounds, clock } = figures;
  const verdict = ratio >= budget ? `within the budget of ${budget}` : `MISSES the budget of ${budget}`;
  const told = Object.entries(figures.facts ?? {}).map(([fact, value]) => `, ${fact} ${value}`);
  const others = Object.entries({ ...figures.beside, ...figures.peers });
  return [
    `${name}: ${unit} a second (${clock} time) on ${cores === 1 ? "1 core" : `${cores} cores`}, medians of ${rounds} rounds${told.join("")}`,
    rowOf("limit", limitPerSecond, 1),
    `${rowOf(name, perSecond, ratio)}  ${verdict}`,
    ...others.map(([title, rate]) => rowOf(title, rate, rate / limitPerSecond)),
    ...speedUpsOf(figures),
    ...processorOf(figures),
    `  one operation: p50 ${figures.p50Ms} ms, p99 ${figures.p99Ms} ms; peak memory ${figures.peakMemoryMiB} MiB`,
  ].join("\n");
}

/** Of a bench that reports by itself: a figure a line. */
export function linesOf(report: Readonly<Record<string, string | number>>): string {
  return Object.entries(report)
    .map(([name, value]) => `${name.padEnd(24)} ${value}`)
    .join("\n");
}

function rowOf(title: string, rate: number, share: number): string {
  const columns = [title.padEnd(24), rate.toLocaleString("en").padStart(12), share.toFixed(3).padStart(8)];
  return `  ${columns.join("")}`;
}

function speedUpsOf({ cores, overOneWorker, limitOverOneWorker }: Figures): string[] {
  if (overOneWorker === undefined || limitOverOneWorker === undefined) return [];
  return [`  ${cores} workers over one: ${overOneWorker.toFixed(2)}; the limit's: ${limitOverOneWorker.toFixed(2)}`];
}

function processorOf({ processorUs, limitProcessorUs, threadUs = {} }: Figures): string[] {
  if (processorUs === undefined || limitProcessorUs === undefined) return [];
  const share = (limitProcessorUs / processorUs).toFixed(3);
  const threads = Object.entries(threadUs).map(([name, time]) => `${name} ${time}`);
  return [
    `  processor time: ${processorUs} us, the limit's ${limitProcessorUs} us: ${share}`,
    ...(threads.length > 0 ? [`  by thread, us: ${threads.join(", ")}`] : []),
  ];
}

function measurementOf(measurements: readonly Measurement[], role: Role, workers: number): Measurement {
  const found = measurements.find((one) => one.role === role && one.workers === workers);
  if (found === undefined) throw new Error(`no ${role} was measured on ${workers} workers`);
  return found;
}

/** Round by round, since a round shares its seconds of the machine among its turns. */
function medianRatio(one: Measurement, other: Measurement): number {
  return median(one.rates.map((rate, round) => rate / (other.rates[round] as number)));
}

function microseconds({ processor, unitsPerOperation }: Measurement, usual: number): number {
  return rounded((1000 * median(processor)) / (unitsPerOperation ?? usual), 1);
}

/** Most first. */
function threadMicroseconds({ threads = {}, unitsPerOperation }: Measurement, usual: number): Record<string, number> {
  const times = Object.entries(threads).map(
    ([name, time]) => [name, rounded((1000 * time) / (unitsPerOperation ?? usual), 1)] as const,
  );
  return Object.fromEntries(times.filter(([, time]) => time >= 1).toSorted(([, a], [, b]) => b - a));
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

function whereAny(name: "beside" | "peers", rates: Record<string, number>) {
  return Object.keys(rates).length === 0 ? {} : { [name]: rates };
}
