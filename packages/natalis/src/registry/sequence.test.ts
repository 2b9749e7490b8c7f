// SPDX-License-Identifier: Apache-2.0
// What a planned commit holds, before anything is committed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openNote, parseCheckpoint, rootOfLeaves, leafHash } from "../formats/index.ts";
import { portableHash } from "../kernel/index.ts";
import {
  enrolment,
  InsecureSeededEntropy,
  lifecycleEvent,
  madeUpBirth,
  openUnsafeTestLog,
  testOrigin,
  testStation,
  type UnsafeTestLog,
  VolatileInsecureRegistry,
} from "../testing/index.ts";
import type { RegistryEvent } from "./events.ts";
import type { CommitBatch } from "./ports.ts";
import { type CommitPlan, openTrees, sequence, takenClaims } from "./sequence.ts";
import { encodeStateLeaf } from "./state-leaf.ts";

const hash = portableHash;
const idOf = (number: number) => madeUpBirth(number).device.id;

async function planOn(log: UnsafeTestLog, events: RegistryEvent[], checked = false): Promise<CommitPlan> {
  const { stores } = log.registry;
  const head = log.registry.head();
  const trees = await openTrees(head, stores, hash);
  const taken = checked ? { taken: await takenClaims(stores.births, events) } : {};
  const entropy = new InsecureSeededEntropy("plan");
  const own = { origin: testOrigin, signers: log.signers, entropy, hash, at: log.now };
  return sequence({ head, trees, events, stores, ...own, ...taken });
}

function batchOf({ batch }: CommitPlan): CommitBatch {
  assert.ok(batch !== undefined);
  return batch;
}

test("planning changes nothing, and the same plan may be made again", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1));
  const before = log.registry.copy().tables;
  const events = [madeUpBirth(2), lifecycleEvent("suspended", idOf(1))];
  const [one, two] = [await planOn(log, events), await planOn(log, events)];
  assert.deepEqual(log.registry.copy().tables, before);
  assert.deepEqual(batchOf(one).entries, batchOf(two).entries);
  assert.deepEqual(batchOf(one).head.root, batchOf(two).head.root);
});

test("revocations of one commit are in the order of their entries, where a certificate is changed twice too", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1), madeUpBirth(2));
  const twice = [
    lifecycleEvent("suspended", idOf(1)),
    lifecycleEvent("revoked", idOf(2)),
    lifecycleEvent("revoked", idOf(1)),
  ];
  const { revocations, expected } = batchOf(await planOn(log, twice));
  const entries = revocations.map((change) => (change.kind === "revoked" ? change.row : change).entry);
  const size = expected?.size ?? 0;
  assert.deepEqual(entries, [size + 1, size + 2]);
});

test("entries follow the expected head, and the head follows from them", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1));
  const { expected, entries, head } = batchOf(await planOn(log, [madeUpBirth(2), madeUpBirth(3)]));
  assert.equal(expected, log.registry.head());
  assert.deepEqual(
    entries.map(({ index }) => index),
    [4, 5, 6],
  );
  assert.deepEqual(
    entries.map(({ deviceId }) => deviceId),
    [idOf(2), idOf(3), null],
  );
  assert.deepEqual([head.size, head.devices, head.time], [7, 3, log.now.getTime()]);
  const leaves = [...log.registry.tables.entries, ...entries].map(({ entry }) => leafHash(entry, hash));
  assert.deepEqual(head.root, rootOfLeaves(leaves, hash));
  const { text } = await openNote(
    head.checkpoint,
    log.trust.policy.logs.map(({ key }) => key),
    log.trust.verifier,
  );
  assert.deepEqual(parseCheckpoint(text), { origin: testOrigin, size: 7, root: head.root });
});

test("the state root is over the leaves of all devices by ordinal, as they are after the batch", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1), madeUpBirth(2));
  const batch = batchOf(await planOn(log, [lifecycleEvent("revoked", idOf(1)), madeUpBirth(3)]));
  const [first, second] = log.registry.tables.devices;
  const [change] = batch.changes;
  const [third] = batch.devices;
  assert.ok(first !== undefined && second !== undefined && change !== undefined && third !== undefined);
  const leaves = [{ ...first, ...change }, second, third].map((row) => leafHash(encodeStateLeaf(row), hash));
  assert.deepEqual(batch.head.stateRoot, rootOfLeaves(leaves, hash));
});

test("only tiles that change are in the batch", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(...Array.from({ length: 600 }, (_, number) => madeUpBirth(number)));
  const place = ({ id }: CommitBatch["logTiles"][number]) => `${id.level}/${id.index}`;
  const idle = batchOf(await planOn(log, []));
  assert.deepEqual(idle.logTiles.map(place), ["0/2"]);
  assert.deepEqual(idle.stateTiles.map(place), []);
  const changed = batchOf(await planOn(log, [lifecycleEvent("suspended", idOf(300))]));
  assert.deepEqual(changed.stateTiles.map(place), ["0/1", "1/0"]);
});

test("several changes of one device in a batch are one row and one leaf, the last", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1));
  const events = (["suspended", "resumed", "retired"] as const).map((type) => lifecycleEvent(type, idOf(1)));
  const { changes, revocations, entries } = batchOf(await planOn(log, events));
  assert.deepEqual(
    changes.map(({ state, lastEntry }) => [state, lastEntry]),
    [["retired", 6]],
  );
  assert.equal(revocations.length, 1);
  assert.equal(entries.length, 4);
});

test("births are counted by station, and operators enrolled here are rows of their own", async () => {
  const log = await openUnsafeTestLog();
  const events = [enrolment("b"), madeUpBirth(1), madeUpBirth(2, { station: "b" }), madeUpBirth(3)];
  const { births, operators } = batchOf(await planOn(log, events));
  assert.deepEqual(births, [
    { operator: testStation, births: 2 },
    { operator: "b", births: 1 },
  ]);
  assert.deepEqual(
    operators.map(({ id, born, enrolledEntry }) => [id, born, enrolledEntry]),
    [["b", 0, 2]],
  );
});

test("collisions with earlier births are seen where they were looked up, and left to the store where not", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1));
  const events = [madeUpBirth(1), madeUpBirth(2)];
  const blind = await planOn(log, events);
  assert.deepEqual(
    blind.outcomes.map(({ kind }) => kind),
    ["entered", "entered"],
  );
  assert.throws(() => log.registry.commit(batchOf(blind)), { code: "NAT_REGISTRY_DUPLICATE" });
  const seeing = await planOn(log, events, true);
  assert.deepEqual(
    seeing.outcomes.map(({ kind }) => kind),
    ["refused", "entered"],
  );
  log.registry.commit(batchOf(seeing));
});

test("refused events leave no trace in the batch", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1));
  const bad = [
    madeUpBirth(2, { id: new Uint8Array(15) }),
    madeUpBirth(3, { keyHash: new Uint8Array(31) }),
    lifecycleEvent("resumed", idOf(1)),
    lifecycleEvent("suspended", idOf(1), { actor: "" }),
    enrolment("B"),
  ];
  const alone = batchOf(await planOn(log, [madeUpBirth(9)]));
  const among = batchOf(await planOn(log, [...bad, madeUpBirth(9)]));
  for (const part of ["devices", "changes", "revocations", "operators", "operatorChanges", "births"] as const)
    assert.deepEqual(among[part], alone[part], part);
  assert.equal(among.entries.length, 2);
});

test("trees of an empty log are empty; those of a head must have its roots", async () => {
  const empty = await openTrees(undefined, new VolatileInsecureRegistry().stores, hash);
  assert.deepEqual([empty.log.size, empty.states.size], [0, 0]);
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1));
  const head = log.registry.head();
  assert.ok(head !== undefined);
  const wrong = { ...head, root: head.stateRoot };
  await assert.rejects(openTrees(wrong, log.registry.stores, hash), { code: "NAT_REGISTRY_DAMAGED" });
  const other = { ...head, stateRoot: head.root };
  await assert.rejects(openTrees(other, log.registry.stores, hash), { code: "NAT_REGISTRY_DAMAGED" });
});
