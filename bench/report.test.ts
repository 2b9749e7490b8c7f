// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import type { Bench } from "./bench.ts";
import type { Measurement } from "./measure.ts";
import { encodeFigures, figuresOf, tableOf } from "./report.ts";

const bench: Bench = { name: "seal", unit: "records", unitsPerOperation: 64, budget: 0.6, contenders: [] };
const plan = { rounds: 3, seconds: 1, warmUpSeconds: 1, workers: 1 };

const work: Measurement = {
  name: "verify",
  role: "work",
  workers: 1,
  clock: "processor",
  rates: [50, 90, 70],
  processor: [19, 20, 21],
  latencies: [1, 2, 3, 40],
};
const limit: Measurement = {
  name: "limit",
  role: "limit",
  workers: 1,
  clock: "processor",
  rates: [100, 100, 100],
  processor: [10, 10, 10],
  latencies: [1],
};
const peer: Measurement = {
  name: "a library",
  role: "peer",
  workers: 1,
  clock: "processor",
  rates: [5, 6, 7],
  processor: [1],
  latencies: [1],
};
const beside: Measurement = {
  name: "sealing",
  role: "beside",
  workers: 1,
  clock: "processor",
  rates: [10, 10, 20],
  processor: [1],
  latencies: [1],
};

test("the figures are medians of the rounds, in units", () => {
  assert.deepEqual(JSON.parse(encodeFigures(figuresOf(bench, [work, limit], plan, 99.2))), {
    name: "seal",
    unit: "records",
    perSecond: 70 * 64,
    limitPerSecond: 6400,
    ratio: 0.7,
    budget: 0.6,
    p50Ms: 2,
    p99Ms: 40,
    peakMemoryMiB: 100,
    cores: 1,
    rounds: 3,
    clock: "processor",
  });
});

test("the ratio is the median of the rounds' ratios", () => {
  const uneven = { ...limit, rates: [100, 300, 70] };
  assert.equal(figuresOf(bench, [work, uneven], plan, 1).ratio, 0.5);
});

test("peers and beside figures stand under their names", () => {
  const { peers, beside: also } = figuresOf(bench, [work, limit, peer, beside], plan, 1);
  assert.deepEqual([peers, also], [{ "a library": 6 * 64 }, { sealing: 640 }]);
});

test("several workers are compared with one", () => {
  const onTwo = [work, limit].map((one) => ({ ...one, workers: 2, rates: one.rates.map((rate) => 1.9 * rate) }));
  const figures = figuresOf(bench, [...onTwo, work, limit], { ...plan, workers: 2 }, 1);
  assert.deepEqual([figures.cores, figures.overOneWorker, figures.limitOverOneWorker], [2, 1.9, 1.9]);
  assert.match(tableOf(figures), /2 cores.*2 workers over one: 1\.90; the limit's: 1\.90/s);
});

test("the JSON is one line", () => {
  assert.doesNotMatch(encodeFigures(figuresOf(bench, [work, limit, peer], plan, 1)), /\n/);
});

test("the table shows figure, limit, ratio and whether the budget is kept", () => {
  assert.match(
    tableOf(figuresOf(bench, [work, limit], plan, 1)),
    /limit +6,400 +1\.000\n.*seal +4,480 +0\.700 +within/,
  );
  const slow = { ...work, rates: [50, 50, 50] };
  assert.match(
    tableOf(figuresOf(bench, [slow, limit, peer], plan, 1)),
    /0\.500 +MISSES the budget of 0\.6\n.*a library/,
  );
});

test("without work or limit there is nothing to report", () => {
  assert.throws(() => figuresOf(bench, [work], plan, 1), /no limit/);
});

test("by the wall clock, what processors worked for a unit is told too", () => {
  const [ours, theirs] = [work, limit].map((one) => ({ ...one, clock: "wall" as const }));
  const figures = figuresOf(bench, [ours as Measurement, theirs as Measurement], plan, 1);
  assert.deepEqual([figures.processorUs, figures.limitProcessorUs], [312.5, 156.3]);
  assert.match(tableOf(figures), /processor time: 312\.5 us, the limit's 156\.3 us: 0\.500/);
});

test("what was measured stands with the figures", () => {
  const facts = { database: "postgres", registrars: 2 };
  const figures = figuresOf({ ...bench, facts }, [work, limit], plan, 1);
  assert.deepEqual(figures.facts, facts);
  assert.match(tableOf(figures), /medians of 3 rounds, database postgres, registrars 2\n/);
});

test("threads that take a microsecond or more of a unit are told, most first", () => {
  const threads = { client: 0.128, libuv: 0.0006, births: 0.64 };
  const [loaded, empty] = [work, limit].map((one) => ({ ...one, clock: "wall" as const }));
  const figures = figuresOf(bench, [{ ...(loaded as Measurement), threads }, empty as Measurement], plan, 1);
  assert.deepEqual(Object.entries(figures.threadUs ?? {}), [
    ["births", 10],
    ["client", 2],
  ]);
  assert.match(tableOf(figures), /by thread, us: births 10, client 2/);
  assert.doesNotMatch(tableOf(figuresOf(bench, [work, limit], plan, 1)), /by thread/);
});
