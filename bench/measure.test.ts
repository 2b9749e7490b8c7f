// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import type { Operation, Role } from "./bench.ts";
import type { Instruments } from "./instruments.ts";
import type { Lane } from "./lane.ts";
import { measure } from "./measure.ts";
import { runSlice } from "./slice.ts";

/** Time that passes only when an operation takes it; by the wall clock it takes twice as long, as on a busy machine. */
class FakeTime implements Instruments {
  #worked = 1000;
  readonly operated: string[] = [];
  readonly processorTime = () => this.#worked;
  readonly wallTime = () => 2 * this.#worked;

  operation(name: string, milliseconds: number): Operation {
    return () => {
      this.#worked += milliseconds;
      this.operated.push(name);
    };
  }

  /** Operations of so many milliseconds each, on this thread. */
  lane(milliseconds: Partial<Record<Role, number>>): Lane {
    const contenders = Object.entries(milliseconds).map(([role, each]) => ({
      name: role,
      role: role as Role,
      operate: this.operation(role, each),
    }));
    return {
      contenders,
      run: async (index, length) => [await runSlice(contenders[index]?.operate as Operation, length, this)],
      close: () => Promise.resolve(),
    };
  }
}

const plan = { rounds: 3, seconds: 1, warmUpSeconds: 1, workers: 1 };

test("a slice ends with the operation during which its time is up", async () => {
  const time = new FakeTime();
  const slice = await runSlice(time.operation("work", 2), 10, time);
  assert.deepEqual(slice, { operations: 3, wallMilliseconds: 12, processorMilliseconds: 6, latencies: [4, 4, 4] });
});

test("a slice has one operation at least, and waits for it", async () => {
  let finished = 0;
  const operate = () => new Promise<void>((resolve) => setImmediate(() => resolve(void finished++)));
  const { operations } = await runSlice(operate, 0, new FakeTime());
  assert.deepEqual([operations, finished], [1, 1]);
});

test("rates are operations a second of processor time, one a round", async () => {
  const [work, limit] = await measure(new FakeTime().lane({ work: 2, limit: 1 }), plan);
  assert.deepEqual(work?.rates, [500, 500, 500]);
  assert.deepEqual(limit?.rates, [1000, 1000, 1000]);
  assert.ok(work.latencies.length > 0 && work.latencies.every((latency) => latency === 4));
});

test("contenders take short turns", async () => {
  const time = new FakeTime();
  await measure(time.lane({ work: 1, limit: 1 }), plan);
  const turns = time.operated.filter((name, index) => name !== time.operated[index - 1]);
  assert.ok(turns.length >= 10 * plan.rounds, `${turns.length} turns`);
});

test("what the warm-up does is not counted", async () => {
  const time = new FakeTime();
  const [work] = await measure(time.lane({ work: 1 }), plan);
  assert.ok((work?.latencies.length as number) < time.operated.length);
});

test("an operation that fails fails the slice", async () => {
  await assert.rejects(
    runSlice(() => Promise.reject(new Error("wrong result")), 10, new FakeTime()),
    /wrong result/,
  );
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
        {
          operations: 50,
          wallMilliseconds: milliseconds,
          processorMilliseconds: 1,
          threadTimes: { births: 100, client: 25 },
          latencies: [],
        },
      ]);
    },
    close: () => Promise.resolve(),
  };
  const measured = await measure(lane, plan);
  assert.deepEqual(measured[0]?.threads, { births: 2, client: 0.5 });
  assert.deepEqual(
    measured.map(({ clock, rates: [first] }) => [clock, first]),
    [
      ["wall", 200],
      ["wall", 200],
    ],
  );
  assert.deepEqual([...new Set(turns)], [250]);
});
