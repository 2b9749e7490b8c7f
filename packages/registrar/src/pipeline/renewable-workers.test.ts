// SPDX-License-Identifier: Apache-2.0
// Workers that a test holds in its hand, replaced while births are under way.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { BirthTask, PreparedTask } from "./nursery.ts";
import { RenewableWorkers } from "./renewable-workers.ts";

const task = {} as BirthTask;

function held() {
  const waiting: (() => void)[] = [];
  let ended: (() => void) | undefined;
  const workers = {
    isOpen: true,
    hasRoom: true,
    underWay: 0,
    prepare(): Promise<PreparedTask> {
      workers.underWay += 1;
      return new Promise((resolve) => {
        waiting.push(() => resolve({ kind: "stored" }));
      });
    },
    close(): Promise<void> {
      workers.isOpen = false;
      return new Promise((resolve) => {
        ended = resolve;
        if (workers.underWay === 0) resolve();
      });
    },
    answer(): void {
      workers.underWay -= 1;
      waiting.shift()?.();
      if (workers.underWay === 0) ended?.();
    },
  };
  return workers;
}

test("births come to the new ones, and the old ones answer what they took", async () => {
  const [one, other] = [held(), held()];
  const workers = new RenewableWorkers(one);
  const first = workers.prepare(task);
  const renewed = workers.renew(other);
  assert.deepEqual([workers.isOpen, workers.hasRoom, one.isOpen], [true, true, false]);
  const second = workers.prepare(task);
  assert.deepEqual([one.underWay, other.underWay, workers.underWay], [1, 1, 2]);
  one.answer();
  assert.deepEqual(await first, { kind: "stored" });
  await renewed;
  assert.equal(workers.underWay, 1);
  other.answer();
  assert.deepEqual(await second, { kind: "stored" });
});

test("closing waits for those that retire as well", async () => {
  const [one, other] = [held(), held()];
  const workers = new RenewableWorkers(one);
  const first = workers.prepare(task);
  void workers.renew(other);
  let isClosed = false;
  const closed = workers.close().finally(() => {
    isClosed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isClosed, false);
  one.answer();
  await Promise.all([first, closed]);
  const late = held();
  await workers.renew(late);
  assert.deepEqual([workers.isOpen, late.isOpen], [false, false]);
});
