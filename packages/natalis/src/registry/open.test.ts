// SPDX-License-Identifier: Apache-2.0
// A registry that was restored or continued elsewhere must not sign a second history.

import assert from "node:assert/strict";
import { test } from "node:test";
import { portableHash } from "../kernel/index.ts";
import {
  madeUpBirth,
  openUnsafeTestLog,
  testOrigin,
  type UnsafeTestLog,
  VolatileInsecureMirror,
  VolatileInsecureRegistry,
} from "../testing/index.ts";
import { openRegistry } from "./open.ts";
import type { RegistryHead } from "./ports.ts";

const rolledBack = { code: "NAT_REGISTRY_ROLLED_BACK" };

function open(registry: VolatileInsecureRegistry, mirror: VolatileInsecureMirror, origin = testOrigin) {
  return openRegistry({ stores: registry.stores, mirror, origin, hash: portableHash });
}

async function logOfTwoCommits(): Promise<UnsafeTestLog> {
  const log = await openUnsafeTestLog();
  await log.enter(madeUpBirth(1));
  return log;
}

test("a registry that stands where the mirror says is opened", async () => {
  const log = await logOfTwoCommits();
  assert.equal(await open(log.registry, log.mirror), log.registry.tables.head);
});

test("an empty registry without a mirror is a new one", async () => {
  assert.equal(await open(new VolatileInsecureRegistry(), new VolatileInsecureMirror()), undefined);
});

test("a mirror that lags is brought up to the head", async () => {
  const log = await logOfTwoCommits();
  const old = log.mirror.read() as string;
  for (let number = 2; number < 300; number++) await log.commit(madeUpBirth(number));
  log.mirror.write(old);
  await open(log.registry, log.mirror);
  assert.equal(log.mirror.read(), log.registry.tables.head?.checkpoint);
});

test("a restored older database is refused, and the mirror stays as it was", async () => {
  const log = await logOfTwoCommits();
  const backup = log.registry.copy();
  await log.enter(madeUpBirth(2));
  const kept = log.mirror.read();
  await assert.rejects(open(backup, log.mirror), rolledBack);
  await assert.rejects(open(new VolatileInsecureRegistry(), log.mirror), rolledBack);
  assert.equal(log.mirror.read(), kept);
});

test("a forked history is refused, whether shorter, as long, or longer", async () => {
  const log = await logOfTwoCommits();
  const forks = [log.registry.copy(), log.registry.copy()];
  await log.enter(madeUpBirth(2));
  for (const [i, fork] of forks.entries()) {
    const elsewhere = log.over(fork, new VolatileInsecureMirror());
    for (let number = 10; number <= 10 + i; number++) await elsewhere.enter(madeUpBirth(number));
    await assert.rejects(open(fork, log.mirror), rolledBack, `fork ${i}`);
  }
});

test("a log of more than one commit without a mirror is refused; a crash explains only the first", async () => {
  const log = await openUnsafeTestLog();
  await open(log.registry, new VolatileInsecureMirror());
  await log.enter(madeUpBirth(1));
  await assert.rejects(open(log.registry, new VolatileInsecureMirror()), rolledBack);
});

test("a log or a mirror of another origin is refused", async () => {
  const log = await logOfTwoCommits();
  await assert.rejects(open(log.registry, log.mirror, "log.example/other"), rolledBack);
  const foreign = new VolatileInsecureMirror();
  foreign.write((log.mirror.read() as string).replace(testOrigin, "log.example/other"));
  await assert.rejects(open(log.registry, foreign), rolledBack);
});

test("a mirror that is no checkpoint is refused", async () => {
  const log = await logOfTwoCommits();
  for (const text of ["", "x", "a\nb\nc\n\n— a b\n"]) {
    const mirror = new VolatileInsecureMirror();
    mirror.write(text);
    await assert.rejects(open(log.registry, mirror), (error: { code?: string }) => error.code?.startsWith("NAT_TLOG_"));
  }
});

test("a head that contradicts its checkpoint or tiles is refused", async () => {
  const log = await logOfTwoCommits();
  const head = log.registry.tables.head as RegistryHead;
  const wrong = new Uint8Array(32);
  for (const changes of [{ root: wrong }, { size: head.size - 1 }, { stateRoot: wrong }, { devices: 0 }]) {
    const damaged = log.registry.copy();
    damaged.tables.head = { ...head, ...changes };
    await assert.rejects(open(damaged, log.mirror), { code: "NAT_REGISTRY_DAMAGED" });
  }
});
