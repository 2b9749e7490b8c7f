// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { errorFactory } from "natalis/kernel";
import type { EventOutcome, RegistryEvent, StoredCommit } from "natalis/registry";
import { type Committer, EventQueue } from "./event-queue.ts";

/** What the queue looks at of an outcome. */
function entered(index: number): EventOutcome {
  return { kind: "entered", index, receipt: "" } as EventOutcome;
}

const clock = { now: () => new Date("2026-01-01T00:00:00Z") };
const refusal = errorFactory({ NAT_TEST_REFUSED: "Refused." })("NAT_TEST_REFUSED", "by the test");

function event(operatorId: string): RegistryEvent {
  return { type: "operator-revoked", operatorId, actor: "test" };
}

function stored(outcomes: readonly EventOutcome[], kept: Promise<void> = Promise.resolve()): StoredCommit {
  return { head: undefined, outcomes, kept };
}

/** Commits when told to, and remembers how many events each commit had. */
class HeldCommitter implements Committer {
  readonly batches: number[] = [];
  #release: (() => void)[] = [];

  async store(events: readonly RegistryEvent[]): Promise<StoredCommit> {
    this.batches.push(events.length);
    await new Promise<void>((resolve) => this.#release.push(resolve));
    return stored(events.map((_, index) => entered(index)));
  }

  release(): void {
    for (const go of this.#release.splice(0)) go();
  }
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

test("events that arrive during a commit share the next one", async () => {
  const committer = new HeldCommitter();
  const queue = new EventQueue(committer, clock);
  const answers = [queue.submit(event("a"))];
  await turn();
  answers.push(queue.submit(event("b")), queue.submit(event("c")));
  committer.release();
  await turn();
  committer.release();
  await Promise.all(answers);
  assert.deepEqual(committer.batches, [1, 2]);
});

test("a batch has a limit", async () => {
  const committer = new HeldCommitter();
  const queue = new EventQueue(committer, clock, undefined, { unanswered: 10, batch: 2 });
  const answers = ["a", "b", "c"].map((id) => queue.submit(event(id)));
  await turn();
  committer.release();
  await turn();
  committer.release();
  await Promise.all(answers);
  assert.deepEqual(committer.batches, [2, 1]);
});

test("a full queue refuses, and takes again when it has room", async () => {
  const committer = new HeldCommitter();
  const queue = new EventQueue(committer, clock, undefined, { unanswered: 1, batch: 1 });
  const first = queue.submit(event("a"));
  assert.equal(queue.isOpen, false);
  await assert.rejects(queue.submit(event("b")), { code: "NAT_PIPELINE_FULL" });
  await turn();
  assert.equal(queue.isOpen, false, "what is being committed still takes room");
  committer.release();
  await first;
  assert.equal(queue.isOpen, true);
});

test("a refused event fails alone", async () => {
  const outcomes: EventOutcome[] = [{ kind: "refused", error: refusal }, entered(7)];
  const queue = new EventQueue({ store: async () => stored(outcomes) }, clock);
  const [refused, accepted] = await Promise.allSettled([queue.submit(event("a")), queue.submit(event("b"))]);
  assert.equal(refused?.status === "rejected" && refused.reason, refusal);
  assert.equal(accepted?.status === "fulfilled" && accepted.value.index, 7);
});

test("a commit that fails fails every event of its batch and none of the next", async () => {
  let calls = 0;
  const committer: Committer = {
    store: async (events) => {
      if (calls++ === 0) throw refusal;
      return stored(events.map((_, index) => entered(index)));
    },
  };
  const queue = new EventQueue(committer, clock);
  await assert.rejects(queue.submit(event("a")), refusal);
  assert.equal((await queue.submit(event("b"))).index, 0);
});

test("closing answers what waits and refuses what comes", async () => {
  const committer = new HeldCommitter();
  const queue = new EventQueue(committer, clock);
  const taken = queue.submit(event("a"));
  await turn();
  const closed = queue.close();
  await assert.rejects(queue.submit(event("b")), { code: "NAT_PIPELINE_CLOSED" });
  committer.release();
  await Promise.all([taken, closed]);
});

test("an idle queue touches the log, a busy one does not", async () => {
  const committer = new HeldCommitter();
  const queue = new EventQueue(committer, clock);
  const touched = queue.touch();
  await turn();
  committer.release();
  await touched;
  const busy = queue.submit(event("a"));
  await queue.touch();
  await turn();
  committer.release();
  await busy;
  assert.deepEqual(committer.batches, [0, 1]);
});

test("closing waits for a touch under way, and an idle queue that is closed is not touched", async () => {
  const committer = new HeldCommitter();
  const queue = new EventQueue(committer, clock);
  const touched = queue.touch();
  const closing = queue.close();
  const first = await Promise.race([closing.then(() => "closed"), turn().then(() => "still open")]);
  assert.equal(first, "still open");
  committer.release();
  await Promise.all([touched, closing]);
  await queue.touch();
  assert.deepEqual(committer.batches, [0]);
});

test("a touch that failed does not keep the queue from closing", async () => {
  const queue = new EventQueue({ store: () => Promise.reject(refusal) }, clock);
  await assert.rejects(queue.touch(), refusal);
  await queue.close();
});

/** A committer whose store is quick and whose mirror is not: each commit is kept when its gate is opened. */
function slowMirror() {
  const gates: PromiseWithResolvers<void>[] = [];
  const committer: Committer = {
    store: async (events) => {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      return stored(
        events.map((_, index) => entered(index)),
        gate.promise,
      );
    },
  };
  return { committer, gates };
}

test("nothing is answered before its checkpoint is kept, and the next commit does not wait for that", async () => {
  const { committer, gates } = slowMirror();
  const queue = new EventQueue(committer, clock);
  const answered: string[] = [];
  const first = queue.submit(event("a")).then(() => answered.push("a"));
  await turn();
  const second = queue.submit(event("b")).then(() => answered.push("b"));
  await turn();
  assert.deepEqual([gates.length, answered], [2, []]);
  gates[0]?.resolve();
  await first;
  assert.deepEqual(answered, ["a"]);
  gates[1]?.resolve();
  await second;
});

test("a checkpoint that is not kept fails the events of its commit, and only those", async () => {
  const { committer, gates } = slowMirror();
  const queue = new EventQueue(committer, clock);
  const first = queue.submit(event("a"));
  await turn();
  const second = queue.submit(event("b"));
  await turn();
  gates[0]?.reject(refusal);
  gates[1]?.resolve();
  await assert.rejects(first, refusal);
  assert.equal((await second).index, 0);
});

test("commits that wait for a slow mirror take room, and closing waits for them", async () => {
  const { committer, gates } = slowMirror();
  const queue = new EventQueue(committer, clock, undefined, { unanswered: 2, batch: 1 });
  const events = [queue.submit(event("a")), queue.submit(event("b"))];
  await turn();
  await assert.rejects(queue.submit(event("c")), { code: "NAT_PIPELINE_FULL" });
  const closing = queue.close().then(() => "closed");
  assert.equal(await Promise.race([closing, turn().then(() => "still open")]), "still open");
  for (const gate of gates) gate.resolve();
  await Promise.all([...events, closing]);
});

test("a commit gives a moment to the births that are being prepared, and no more than a moment", async () => {
  const committer = new HeldCommitter();
  let coming = 2;
  const queue = new EventQueue(committer, clock, () => coming);
  const answers = [queue.submit(event("a"))];
  await turn();
  assert.deepEqual(committer.batches, [], "two are coming, one is here");
  answers.push(queue.submit(event("b")));
  while (committer.batches.length < 1) await turn();
  coming = 1000;
  answers.push(queue.submit(event("c")));
  committer.release();
  while (committer.batches.length < 2) await turn();
  committer.release();
  await Promise.all(answers);
  assert.deepEqual(committer.batches, [2, 1]);
});

test("a queue waits as it is told to, and not by the clock", async () => {
  const committer = new HeldCommitter();
  const waits: (string | number)[] = [];
  const pauses = {
    turn: async () => void waits.push("turn"),
    moment: async (milliseconds: number) => void waits.push(milliseconds),
  };
  const queue = new EventQueue(committer, clock, () => 1, { unanswered: 4, batch: 4 }, pauses);
  const answer = queue.submit(event("a"));
  await turn();
  committer.release();
  await answer;
  assert.deepEqual(waits, ["turn", 1]);
});
