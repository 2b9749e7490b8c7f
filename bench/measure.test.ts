// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import type { Contender, Role } from "./bench.ts";
import type { Instruments } from "./instruments.ts";
import { type Lane, laneHere } from "./lane.ts";
import { measure } from "./measure.ts";
import { runSlice } from "./slice.ts";

/** Time that passes only when an operation takes it. */
class FakeTime implements Instruments {
  #now = 1000;
  readonly operated: string[] = [];
  readonly stopwatch = () => this.#now;
  /** Milliseconds that a collection takes. */
  collection = 0;
  readonly collectGarbage = () => {
    this.#now += this.collection;
  };

  contender(name: string, role: Role, milliseconds: number): Contender {
    return {
      name,
      role,
      operate: () => {
        this.#now += milliseconds;
        this.operated.push(name);
      },
    };
  }
}

const plan = { rounds: 3, seconds: 1, workers: 1 };

test("a slice ends with the operation during which its time is up", async () => {
  const time = new FakeTime();
  const slice = await runSlice(time.contender("work", "work", 4), 10, time);
  assert.deepEqual(slice, { operations: 3, milliseconds: 12, latencies: [4, 4, 4] });
});

test("a slice ends with the collection of its garbage, which counts", async () => {
  const time = new FakeTime();
  time.collection = 3;
  const slice = await runSlice(time.contender("work", "work", 5), 10, time);
  assert.deepEqual(slice, { operations: 2, milliseconds: 13, latencies: [5, 5] });
});

test("a slice has one operation at least, and waits for it", async () => {
  let finished = 0;
  const operate = () => new Promise<void>((resolve) => setImmediate(() => resolve(void finished++)));
  const { operations } = await runSlice({ name: "slow", role: "work", operate }, 0, new FakeTime());
  assert.deepEqual([operations, finished], [1, 1]);
});

test("rates are operations a second, one a round", async () => {
  const time = new FakeTime();
  const contenders = [time.contender("ours", "work", 2), time.contender("theirs", "limit", 1)];
  const [work, limit] = await measure(laneHere(contenders, time), plan);
  assert.deepEqual(work?.rates, [500, 500, 500]);
  assert.deepEqual(limit?.rates, [1000, 1000, 1000]);
  assert.ok(work.latencies.length > 0 && work.latencies.every((latency) => latency === 2));
});

test("contenders take short turns", async () => {
  const time = new FakeTime();
  const contenders = [time.contender("ours", "work", 1), time.contender("theirs", "limit", 1)];
  await measure(laneHere(contenders, time), plan);
  const turns = time.operated.filter((name, index) => name !== time.operated[index - 1]);
  assert.ok(turns.length >= 40 * plan.rounds, `${turns.length} turns`);
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

test("workers' rates add up, and work and limit run on one worker too", async () => {
  const used: number[] = [];
  const lane: Lane = {
    contenders: [
      { name: "ours", role: "work" },
      { name: "theirs", role: "limit" },
      { name: "others", role: "peer" },
    ],
    run: (_contender, milliseconds, workers) => {
      used.push(workers);
      return Promise.resolve(Array.from({ length: workers }, () => ({ operations: 5, milliseconds, latencies: [] })));
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
  assert.deepEqual([...new Set(used)], [2, 1]);
});
