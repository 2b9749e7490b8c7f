// SPDX-License-Identifier: Apache-2.0
// Nobody hears of anything before the checkpoint that covers it is kept outside the database (DESIGN 3.4).

import assert from "node:assert/strict";
import { test } from "node:test";
import { portableHash } from "../kernel/index.ts";
import {
  enrolment,
  InsecureSeededEntropy,
  madeUpBirth,
  openUnsafeTestLog,
  testOrigin,
  type UnsafeTestLog,
  VolatileInsecureMirror,
} from "../testing/index.ts";
import type { CheckpointMirror } from "./ports.ts";
import { Sequencer } from "./sequencer.ts";

test("without the mirror nothing is answered, and the next commit mends it", async () => {
  const log = await openUnsafeTestLog();
  const failing = new VolatileInsecureMirror();
  failing.write = () => {
    throw new RangeError("disk full");
  };
  await assert.rejects(log.over(log.registry, failing).commit(madeUpBirth(1)), RangeError);
  assert.notEqual(log.mirror.read(), log.registry.tables.head?.checkpoint);
  assert.deepEqual(
    (await log.over(log.registry).commit(madeUpBirth(1), madeUpBirth(2))).map(({ kind }) => kind),
    ["refused", "entered"],
  );
  assert.equal(log.mirror.read(), log.registry.tables.head?.checkpoint);
});

/** Holds each checkpoint back until it is released, or fails it. */
class HeldMirror implements CheckpointMirror {
  readonly held: { readonly release: () => void; readonly fail: () => void }[] = [];
  readonly #kept = new VolatileInsecureMirror();

  read(): string | undefined {
    return this.#kept.read();
  }

  write(checkpoint: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const release = () => {
      this.#kept.write(checkpoint);
      resolve();
    };
    this.held.push({ release, fail: () => reject(new RangeError("disk full")) });
    return promise;
  }
}

function writerOver({ registry, signers }: UnsafeTestLog, mirror: CheckpointMirror): Sequencer {
  const entropy = new InsecureSeededEntropy("another writer");
  return new Sequencer({ stores: registry.stores, mirror, origin: testOrigin, signers, entropy, hash: portableHash });
}

const isSettled = (promise: Promise<unknown>) =>
  Promise.race([promise.then(() => true), new Promise<false>((resolve) => setImmediate(() => resolve(false)))]);

test("a refusal waits for the checkpoint of the birth that it collides with", async () => {
  const log = await openUnsafeTestLog();
  const mirror = new HeldMirror();
  const sequencer = writerOver(log, mirror);
  const first = await sequencer.store([madeUpBirth(1)], log.now);
  const again = await sequencer.store([madeUpBirth(1)], log.now);
  assert.equal(again.outcomes[0]?.kind, "refused");
  assert.equal(await isSettled(again.kept), false);
  assert.equal(mirror.held.length, 1, "what is being kept is not kept twice");
  mirror.held[0]?.release();
  await Promise.all([first.kept, again.kept]);
});

test("a refusal keeps anew what the mirror failed to keep", async () => {
  const log = await openUnsafeTestLog();
  const mirror = new HeldMirror();
  const sequencer = writerOver(log, mirror);
  const first = await sequencer.store([madeUpBirth(1)], log.now);
  mirror.held[0]?.fail();
  await assert.rejects(first.kept, RangeError);
  const again = await sequencer.store([madeUpBirth(1)], log.now);
  assert.equal(await isSettled(again.kept), false);
  mirror.held[1]?.release();
  await again.kept;
  assert.equal(mirror.read(), log.registry.tables.head?.checkpoint);
});

test("a refusal keeps the checkpoint of another process that it rests on", async () => {
  const log = await openUnsafeTestLog();
  await log.enter(enrolment("small", { quota: 1 }));
  const mirror = new VolatileInsecureMirror();
  const behind = writerOver(log, mirror);
  await behind.commit([], log.now);
  await log.enter(madeUpBirth(1, { station: "small" }));
  for (const number of [1, 2]) {
    const { head, outcomes } = await behind.commit([madeUpBirth(number, { station: "small" })], log.now);
    assert.equal(outcomes[0]?.kind, "refused");
    assert.equal(head, log.registry.tables.head);
    assert.equal(mirror.read(), head?.checkpoint);
  }
});

test("a checkpoint that another writer committed, or that could not be kept, is kept when it is asked for", async () => {
  const log = await openUnsafeTestLog();
  const mirror = new VolatileInsecureMirror();
  const other = log.over(log.registry, mirror);
  const checkpoint = () => log.registry.tables.head?.checkpoint as string;
  const old = checkpoint();
  await log.enter(madeUpBirth(1));
  await other.sequencer.keep(checkpoint());
  assert.equal(mirror.read(), checkpoint());
  const write = mirror.write.bind(mirror);
  mirror.write = () => {
    throw new RangeError("disk full");
  };
  await assert.rejects(other.commit(madeUpBirth(2)), RangeError);
  await assert.rejects(other.sequencer.keep(old), RangeError);
  mirror.write = write;
  await other.sequencer.keep(old);
  assert.equal(mirror.read(), checkpoint(), "the newest is what is kept, whichever is asked for");
});

test("a checkpoint that is older than what is being kept waits for that, and takes nothing back", async () => {
  const log = await openUnsafeTestLog();
  const mirror = new VolatileInsecureMirror();
  const writer = log.over(log.registry, mirror);
  const old = log.registry.tables.head?.checkpoint as string;
  await writer.commit(madeUpBirth(1));
  const newest = mirror.read();
  await writer.sequencer.keep(old);
  assert.equal(mirror.read(), newest);
  await assert.rejects(writer.sequencer.keep("no note"), { code: "NAT_TLOG_NOTE" });
});
