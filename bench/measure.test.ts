// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import type { Contender, Role } from "./bench.ts";
import type { Instruments } from "./instruments.ts";
import { type Lane, laneHere } from "./lane.ts";
import { measure } from "./measure.ts";
import { runSlice } from "./slice.ts";

/** Time that passes only when an operation takes it; by the wall clock it takes twice as long, as on a busy machine. */
class FakeTime implements Instruments {
  #worked = 1000;
  readonly operated: string[] = [];
  readonly processorTime = () => this.#worked;
  readonly wallTime = () => 2 * this.#worked;
  /** Milliseconds of work that a collection takes. */
  collection = 0;
  readonly collectYoung = () => {
    this.#worked += this.collection;
  };
  readonly collectAll = () => {
    this.operated.push("collectAll");
  };

  contender(name: string, role: Role, milliseconds: number): Contender {
    return {
      name,
      role,
      operate: () => {
        this.#worked += milliseconds;
        this.operated.push(name);
      },
    };
  }
}

const plan = { rounds: 3, seconds: 1, warmUpSeconds: 1, workers: 1 };

test("a slice ends with the operation during which its time is up", async () => {
  const time = new FakeTime();
  const slice = await runSlice(time.contender("work", "work", 2), 10, time);
  assert.deepEqual(slice, { operations: 3, wallMilliseconds: 12, processorMilliseconds: 6, latencies: [4, 4, 4] });
});

test("a slice ends with the collection of its garbage, which counts", async () => {
  const time = new FakeTime();
  time.collection = 3;
  const slice = await runSlice(time.contender("work", "work", 5), 20, time);
  assert.deepEqual(slice, { operations: 2, wallMilliseconds: 26, processorMilliseconds: 13, latencies: [10, 10] });
});

test("a peer leaves no garbage at all to the others, which does not count", async () => {
  const time = new FakeTime();
  await runSlice(time.contender("theirs", "peer", 5), 10, time);
  assert.deepEqual(time.operated, ["theirs", "collectAll"]);
});

test("a slice has one operation at least, and waits for it", async () => {
  let finished = 0;
  const operate = () => new Promise<void>((resolve) => setImmediate(() => resolve(void finished++)));
  const { operations } = await runSlice({ name: "slow", role: "work", operate }, 0, new FakeTime());
  assert.deepEqual([operations, finished], [1, 1]);
});

test("rates are operations a second of processor time, one a round", async () => {
  const time = new FakeTime();
  const contenders = [time.contender("ours", "work", 2), time.contender("theirs", "limit", 1)];
  const [work, limit] = await measure(laneHere(contenders, time), plan);
  assert.deepEqual(work?.rates, [500, 500, 500]);
  assert.deepEqual(limit?.rates, [1000, 1000, 1000]);
  assert.ok(work.latencies.length > 0 && work.latencies.every((latency) => latency === 4));
});

test("contenders take short turns", async () => {
  const time = new FakeTime();
  const contenders = [time.contender("ours", "work", 1), time.contender("theirs", "limit", 1)];
  await measure(laneHere(contenders, time), plan);
  const turns = time.operated.filter((name, index) => name !== time.operated[index - 1]);
  assert.ok(turns.length >= 10 * plan.rounds, `${turns.length} turns`);
});

test("what the warm-up does is not counted", async () => {
  const time = new FakeTime();
  const [work] = await measure(laneHere([time.contender("ours", "work", 1)], time), plan);
  assert.ok((work?.latencies.length as number) < time.operated.length);
});

test("an operation that fails fails the measurement", async () => {
  const failing: Contender = { name: "ours", role: "work", operate: () => Promise.reject(new Error("wrong result")) };
  await assert.rejects(measure(laneHere([failing], new FakeTime()), plan), /wrong result/);
});

test("workers' rates by the wall clock add up, and work and limit run on one worker too", async () => {
  const used: number[] = [];
  const lane: Lane = {
    contenders: [
      { name: "ours", role: "work" },
      { name: "theirs", role: "limit" },
      { name: "others", role: "peer" },
    ],
    run: (_contender, milliseconds, workers) => {
      used.push(workers);
      const slice = { operations: 5, wallMilliseconds: milliseconds, processorMilliseconds: 1, latencies: [] };
      return Promise.resolve(Array.from({ length: workers }, () => slice));
    },
    close: () => Promise.resolve(),
  };
  const measured = await measure(lane, { ...plan, workers: 2 });
  assert.deepEqual(
    measured.map(({ name, workers }) => `${name} on ${workers}`),
    ["ours on 2", "theirs on 2", "others on 2", "ours on 1", "theirs on 1"],
  );
  const rates = measured.map(({ rates: [first] }) => first as number);
  assert.equal(rates[0], 2 * (rates[3] as number));
  assert.ok(measured.every(({ clock }) => clock === "wall"));
  assert.deepEqual([...new Set(used)], [2, 1]);
});

test("a lane that brings its pace is measured by its clock, in turns of its length", async () => {
  const turns: number[] = [];
  const lane: Lane = {
    contenders: [
      { name: "ours", role: "work" },
      { name: "theirs", role: "limit" },
    ],
    pace: { clock: "wall", turnMilliseconds: 250, cores: 2 },
    run: (_contender, milliseconds) => {
      turns.push(milliseconds);
      return Promise.resolve([
        { operations: 50, wallMilliseconds: milliseconds, processorMilliseconds: 1, latencies: [] },
      ]);
    },
    close: () => Promise.resolve(),
  };
  const measured = await measure(lane, plan);
  assert.deepEqual(
    measured.map(({ clock, rates: [first] }) => [clock, first]),
    [
      ["wall", 200],
      ["wall", 200],
    ],
  );
  assert.deepEqual([...new Set(turns)], [250]);
});
