// SPDX-License-Identifier: Apache-2.0
// Dealing, bounds and death with threads that a test holds in its hand; then the same with real ones.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { type BirthThread, BirthWorkers, startBirthWorkers, type WorkersOptions } from "./birth-workers.ts";
import type { BirthTask } from "./nursery.ts";
import type { TaskSlice } from "./slice.ts";
import { makeTestAuthorities, testEquipment, testTask } from "./unsafe-test-nursery.ts";

const task = {} as BirthTask;

class HeldThread extends EventEmitter {
  readonly slices: TaskSlice[] = [];

  postMessage(slice: TaskSlice): void {
    this.slices.push(slice);
  }

  /** Answers the oldest slice. */
  answer(): void {
    const { number = 0, tasks = [] } = this.slices.shift() ?? {};
    this.emit("message", { number, results: tasks.map(() => ({ kind: "stored" })) });
  }

  die(cause?: Error): void {
    if (cause !== undefined) this.emit("error", cause);
    this.emit("exit", 1);
  }

  async terminate(): Promise<number> {
    this.die();
    return 1;
  }
}

function openWorkers(options: Partial<WorkersOptions> = {}) {
  const threads: HeldThread[] = [];
  const start = () => {
    threads.push(new HeldThread());
    return threads.at(-1) as unknown as BirthThread;
  };
  const workers = new BirthWorkers({ threads: 2, births: 100, slice: 4, start, ...options });
  return { workers, threads };
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

function lengths(threads: readonly HeldThread[]): number[][] {
  return threads.map(({ slices }) => slices.map(({ tasks }) => tasks.length));
}

test("births that arrive together are shared among the threads, and a lone one goes at once", async () => {
  const { workers, threads } = openWorkers();
  const asked = [1, 2, 3, 4, 5].map(() => workers.prepare(task));
  await turn();
  assert.deepEqual(lengths(threads), [[3], [2]]);
  threads[1]?.answer();
  asked.push(workers.prepare(task));
  await turn();
  assert.deepEqual(lengths(threads), [[3], [1]]);
  for (const thread of threads) thread.answer();
  assert.deepEqual(new Set((await Promise.all(asked)).map(({ kind }) => kind)), new Set(["stored"]));
});

test("a thread has two slices at most, the second a large one, and gets the next one when it has answered", async () => {
  const { workers, threads } = openWorkers({ threads: 1 });
  const asked = Array.from({ length: 11 }, () => workers.prepare(task));
  await turn();
  assert.deepEqual(lengths(threads), [[4, 4]]);
  threads[0]?.answer();
  assert.deepEqual(lengths(threads), [[4]], "three births wait, to become more");
  threads[0]?.answer();
  assert.deepEqual(lengths(threads), [[3]]);
  threads[0]?.answer();
  await Promise.all(asked);
});

test("more births than may be here are refused at once, and taken again when there is room", async () => {
  const { workers, threads } = openWorkers({ threads: 1, births: 2 });
  const asked = [workers.prepare(task), workers.prepare(task)];
  assert.equal(workers.isOpen, false);
  await assert.rejects(workers.prepare(task), { code: "NAT_PIPELINE_FULL" });
  await turn();
  threads[0]?.answer();
  await Promise.all(asked);
  assert.equal(workers.isOpen, true);
});

test("half of the room is for those who bring one birth", async () => {
  const { workers, threads } = openWorkers({ threads: 1, births: 4 });
  const asked = [workers.prepare(task)];
  assert.equal(workers.hasRoom, true);
  asked.push(workers.prepare(task));
  assert.deepEqual([workers.hasRoom, workers.isOpen], [false, true]);
  await turn();
  threads[0]?.answer();
  await Promise.all(asked);
  await workers.close();
  assert.equal(workers.hasRoom, false);
});

test("a thread that ends fails its births and no others, and is replaced", async () => {
  const { workers, threads } = openWorkers({ slice: 1 });
  const [lost, kept] = [workers.prepare(task), workers.prepare(task)];
  await turn();
  const cause = new Error("out of memory");
  threads[0]?.die(cause);
  await assert.rejects(lost, { code: "NAT_PIPELINE_WORKER", cause });
  threads[1]?.answer();
  await kept;
  while (threads.length < 3) await turn();
  const again = workers.prepare(task);
  await turn();
  threads[2]?.answer();
  assert.equal((await again).kind, "stored");
});

test("births wait while no thread is there, and closing lets go of those that no thread will take", async () => {
  const { workers, threads } = openWorkers({ threads: 1 });
  threads[0]?.die();
  const waiting = workers.prepare(task);
  await turn();
  const closing = workers.close();
  await assert.rejects(waiting, { code: "NAT_PIPELINE_WORKER" });
  await closing;
  await assert.rejects(workers.prepare(task), { code: "NAT_PIPELINE_CLOSED" });
  assert.equal(workers.isOpen, false);
});

test("closing waits for what was taken", async () => {
  const { workers, threads } = openWorkers({ threads: 1 });
  const asked = workers.prepare(task);
  await turn();
  const closing = workers.close().then(() => "closed");
  assert.equal(await Promise.race([closing, turn().then(() => "still open")]), "still open");
  threads[0]?.answer();
  await Promise.all([asked, closing]);
});

test("a message that answers less than it was asked fails what is missing", async () => {
  const { workers, threads } = openWorkers({ threads: 1 });
  const asked = workers.prepare(task);
  await turn();
  const { number = 0 } = threads[0]?.slices[0] ?? {};
  threads[0]?.emit("message", { number, results: [] });
  await assert.rejects(asked, /no result/);
});

test("real threads sign, refuse, and are replaced when they end", async () => {
  const equipment = testEquipment(await makeTestAuthorities());
  const workers = startBirthWorkers(equipment);
  const tasks = await Promise.all(Array.from({ length: 40 }, (_, i) => testTask(`SN-${i}`)));
  const prepared = await Promise.all(tasks.map((one) => workers.prepare(one)));
  assert.deepEqual(
    prepared.map((one) => one.kind === "signed" && one.event.device.serial),
    tasks.map(({ request }) => request.serial),
  );
  const refused = workers.prepare({ ...(await testTask("SN-9")), product: "toaster" });
  await assert.rejects(refused, { code: "NAT_PIPELINE_PRODUCT" });
  await workers.close();
});

test("a real thread that throws is told as the cause", async () => {
  const script = "require('node:worker_threads').parentPort.on('message', () => { throw new Error('by the test') })";
  const start = () => new Worker(script, { eval: true });
  const workers = new BirthWorkers({ threads: 1, births: 10, slice: 1, start });
  const lost = workers.prepare(await testTask("SN-1"));
  await assert.rejects(lost, (error: Error & { code?: string }) => {
    assert.deepEqual([error.code, (error.cause as Error).message], ["NAT_PIPELINE_WORKER", "by the test"]);
    return true;
  });
  await workers.close();
});
