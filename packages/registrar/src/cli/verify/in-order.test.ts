// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as later } from "node:timers/promises";
import * as fc from "fast-check";
import { inOrder } from "./in-order.ts";

async function* streamOf<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}

async function waitTurns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await later();
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test("results come in the items' order, however long each takes, and never too many are under way", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 4 })), fc.integer({ min: 1, max: 4 }), async (delays, most) => {
      let underWay = 0;
      const work = async (turns: number) => {
        assert.ok(++underWay <= most);
        await waitTurns(turns);
        underWay--;
        return turns;
      };
      assert.deepEqual(await collect(inOrder(streamOf(delays), most, work)), delays);
    }),
    { numRuns: 30 },
  );
});

test("as many as allowed are under way at once", async () => {
  let [underWay, highest] = [0, 0];
  const work = async () => {
    highest = Math.max(highest, ++underWay);
    await waitTurns(3);
    underWay--;
  };
  await collect(inOrder(streamOf([1, 2, 3, 4, 5, 6]), 3, work));
  assert.equal(highest, 3);
});

test("a result is there before another item comes", async () => {
  let ask: () => void = () => undefined;
  async function* stream(): AsyncGenerator<string> {
    yield "first";
    await new Promise<void>((resolve) => {
      ask = resolve;
    });
    yield "second";
  }
  const results = inOrder(stream(), 4, async (item) => item);
  assert.deepEqual(await results.next(), { done: false, value: "first" });
  const next = results.next();
  await waitTurns(3);
  ask();
  assert.deepEqual(await next, { done: false, value: "second" });
});

test("nothing more is read while nobody takes results", async () => {
  let read = 0;
  async function* stream(): AsyncGenerator<number> {
    for (;;) yield ++read;
  }
  const results = inOrder(stream(), 2, async (item) => item);
  await results.next();
  await waitTurns(20);
  assert.ok(read <= 4, `${read} were read`);
});

test("a failure of reading or of working ends it, after the results before it", async () => {
  async function* failing(): AsyncGenerator<string> {
    yield "a";
    throw new Error("unreadable");
  }
  const told: string[] = [];
  const taking = async (results: AsyncIterable<string>) => {
    for await (const result of results) told.push(result);
  };
  await assert.rejects(taking(inOrder(failing(), 1, async (item) => item)), /unreadable/);
  const fail = async (item: string) => {
    if (item === "c") throw new Error("unworkable");
    return item;
  };
  await assert.rejects(taking(inOrder(streamOf(["b", "c", "d"]), 3, fail)), /unworkable/);
  assert.deepEqual(told, ["a", "b"]);
});
