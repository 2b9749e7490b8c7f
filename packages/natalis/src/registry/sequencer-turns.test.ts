// SPDX-License-Identifier: Apache-2.0
// Who waits for a turn at the head before planning, who need not, and that nothing rests on it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { portableHash } from "../kernel/index.ts";
import {
  InsecureSeededEntropy,
  madeUpBirth,
  openUnsafeTestLog,
  testOrigin,
  type UnsafeTestLog,
} from "../testing/index.ts";
import type { BirthIndex, CommitStore } from "./ports.ts";
import { Sequencer } from "./sequencer.ts";

/** What a writer asks of a store that knows turns, in order. `meanwhile` happens while it asks what is taken. */
function askedIn(log: UnsafeTestLog, meanwhile: () => Promise<unknown> = async () => undefined) {
  const asked: string[] = [];
  const commit: CommitStore["commit"] = (batch) => {
    asked.push("commit");
    return log.registry.commit(batch);
  };
  const inTurn: CommitStore["inTurn"] = (work) => {
    asked.push("turn");
    return work(commit);
  };
  const { registry } = log;
  const births: BirthIndex = {
    birthByKey: (keyHash) => registry.birthByKey(keyHash),
    birthByUnit: (unitTag) => registry.birthByUnit(unitTag),
    birthByEvidence: (digests) => registry.birthByEvidence(digests),
    async takenBy(claims) {
      await meanwhile();
      return registry.takenBy(claims);
    },
  };
  const commits: CommitStore = { head: () => log.registry.head(), commit, inTurn };
  const { signers } = log;
  const entropy = new InsecureSeededEntropy("turns");
  const context = { mirror: log.mirror, origin: testOrigin, signers, entropy, hash: portableHash };
  const writer = new Sequencer({ ...context, stores: { ...log.registry.stores, births, commits } });
  const bear = async (...numbers: number[]) => {
    const { outcomes } = await writer.commit(
      numbers.map((number) => madeUpBirth(number)),
      log.now,
    );
    return { kinds: outcomes.map(({ kind }) => kind).join(" "), asked: asked.splice(0).join(" ") };
  };
  const enter = async (number: number) => {
    const { kinds, asked: found } = await bear(number);
    assert.equal(kinds, "entered");
    return found;
  };
  return { bear, enter };
}

test("a writer that is alone takes no turns; one that was beaten does, and is not beaten again", async () => {
  const log = await openUnsafeTestLog();
  const { enter } = askedIn(log);
  assert.equal(await enter(1), "commit");
  await log.enter(madeUpBirth(2));
  assert.equal(await enter(3), "commit turn commit");
  for (let number = 4; number < 20; number += 2) {
    await log.enter(madeUpBirth(number));
    assert.equal(await enter(number + 1), "turn commit");
  }
});

test("turns are forgotten when nobody came before for long", async () => {
  const log = await openUnsafeTestLog();
  const { enter } = askedIn(log);
  await enter(0);
  await log.enter(madeUpBirth(1));
  let turns = 0;
  for (let number = 2; number < 60; number++) turns += (await enter(number)).includes("turn") ? 1 : 0;
  assert.equal(turns, 32);
});

test("an error in a turn is its caller's, and the next commit comes through", async () => {
  const log = await openUnsafeTestLog();
  const { enter } = askedIn(log);
  await enter(1);
  await log.enter(madeUpBirth(2));
  await enter(3);
  log.registry.failCommits("before");
  await assert.rejects(enter(4), { code: "NAT_TESTING_INJECTED" });
  log.registry.failCommits("after");
  await enter(5);
  await enter(4);
});

test("what is refused as a whole takes one turn, and the others wait no more for it", async () => {
  const log = await openUnsafeTestLog();
  const { bear, enter } = askedIn(log);
  await enter(1);
  await log.enter(madeUpBirth(2));
  assert.equal(await enter(3), "commit turn commit");
  assert.deepEqual(await bear(1, 2), { kinds: "refused refused", asked: "turn commit" });
  assert.deepEqual(await bear(1, 4), { kinds: "refused entered", asked: "turn commit commit" });
});

test("a batch that was refused a birth and then beaten does not try that birth again", async () => {
  const log = await openUnsafeTestLog();
  let meanwhile: () => Promise<unknown> = async () => undefined;
  const { bear, enter } = askedIn(log, () => {
    const happen = meanwhile;
    meanwhile = async () => undefined;
    return happen();
  });
  await enter(1);
  await log.enter(madeUpBirth(2));
  await enter(3);
  meanwhile = () => log.enter(madeUpBirth(5));
  assert.deepEqual(await bear(1, 4), { kinds: "refused entered", asked: "turn commit commit turn commit" });
});
