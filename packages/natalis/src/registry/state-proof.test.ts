// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeCbor, encodeLogProof, leafHash, TiledTree } from "../formats/index.ts";
import { isNatalisError, portableHash } from "../kernel/index.ts";
import { lifecycleEvent, madeUpBirth, openUnsafeTestLog, VolatileInsecureRegistry } from "../testing/index.ts";
import { logTiles, type RegistryHead } from "./ports.ts";
import { encodeStateLeaf } from "./state-leaf.ts";
import { encodeStateProof, parseStateProof, stateProofOf, verifyStateProof } from "./state-proof.ts";

const hash = portableHash;
const idOf = (number: number) => madeUpBirth(number).device.id;
const refused = (error: unknown) => isNatalisError(error, "NAT_REGISTRY_STATE_PROOF");

async function logOfBirths(count: number) {
  const log = await openUnsafeTestLog();
  await log.commit(...Array.from({ length: count }, (_, number) => madeUpBirth(number)));
  return log;
}

test("a state proof tells the state now, for every device, across tile borders", async () => {
  const log = await logOfBirths(300);
  await log.commit(lifecycleEvent("suspended", idOf(255)), lifecycleEvent("retired", idOf(299)));
  for (const [number, state] of [
    [0, "active"],
    [254, "active"],
    [255, "suspended"],
    [256, "active"],
    [299, "retired"],
  ] as const) {
    const verified = await verifyStateProof(await stateProofOf(idOf(number), log.registry.stores, hash), log.trust);
    const row = log.registry.device(idOf(number));
    assert.equal(verified.state, state);
    assert.equal(verified.ordinal, number);
    const { keyHash, certificateHash, since, lastEntry, owner } = verified;
    const told = { keyHash, certificateHash, since, lastEntry, owner };
    assert.deepEqual(told, {
      keyHash: row?.keyHash,
      certificateHash: row?.certificateHash,
      since: row?.since,
      lastEntry: row?.lastEntry,
      owner: row?.owner,
    });
    assert.deepEqual([verified.logSize, verified.time], [log.registry.tables.head?.size, log.now.getTime()]);
  }
});

test("an old proof goes on telling the old state, with its time", async () => {
  const log = await logOfBirths(3);
  const before = log.now;
  const old = await stateProofOf(idOf(1), log.registry.stores, hash);
  await log.enter(lifecycleEvent("revoked", idOf(1)));
  const verified = await verifyStateProof(old, log.trust);
  assert.deepEqual([verified.state, verified.time], ["active", before.getTime()]);
  assert.equal(
    (await verifyStateProof(await stateProofOf(idOf(1), log.registry.stores, hash), log.trust)).state,
    "revoked",
  );
});

test("a proof too old for the verifier, or from the future, is refused", async () => {
  const log = await logOfBirths(3);
  const proof = await stateProofOf(idOf(1), log.registry.stores, hash);
  const after = (seconds: number) => ({ at: new Date(log.now.getTime() + seconds * 1000), maximum: 600 });
  for (const seconds of [0, 600, -60]) await verifyStateProof(proof, log.trust, after(seconds));
  for (const seconds of [600.001, -60.001])
    await assert.rejects(verifyStateProof(proof, log.trust, after(seconds)), { code: "NAT_REGISTRY_STATE_AGE" });
  const unbounded = { at: log.now, maximum: Number.NaN };
  await assert.rejects(verifyStateProof(proof, log.trust, unbounded), { code: "NAT_REGISTRY_STATE_AGE" });
});

test("any change of a proof is refused", async () => {
  const log = await logOfBirths(5);
  const proof = await stateProofOf(idOf(2), log.registry.stores, hash);
  const damage = fc.tuple(fc.nat(proof.length - 1), fc.integer({ min: 1, max: 255 }));
  const run = fc.asyncProperty(damage, async ([at, change]) => {
    const damaged = proof.map((octet, i) => (i === at ? octet ^ change : octet));
    await assert.rejects(verifyStateProof(damaged, log.trust), refused);
  });
  await fc.assert(run, { numRuns: 300 });
  for (const bytes of [proof.slice(0, -1), Uint8Array.of(...proof, 0), new Uint8Array(0), new Uint8Array(70_000)])
    await assert.rejects(verifyStateProof(bytes, log.trust), refused);
});

test("a leaf of one device under the path of another, and of an earlier state, is refused", async () => {
  const log = await logOfBirths(5);
  const [one, two] = await Promise.all(
    [1, 2].map(async (number) => parseStateProof(await stateProofOf(idOf(number), log.registry.stores, hash))),
  );
  assert.ok(one !== undefined && two !== undefined);
  await assert.rejects(verifyStateProof(encodeStateProof({ ...one, leaf: two.leaf }), log.trust), refused);
  await log.enter(lifecycleEvent("suspended", idOf(1)));
  const now = parseStateProof(await stateProofOf(idOf(1), log.registry.stores, hash));
  await assert.rejects(verifyStateProof(encodeStateProof({ ...now, leaf: one.leaf }), log.trust), refused);
  await assert.rejects(verifyStateProof(encodeStateProof({ ...now, stateEntry: one.stateEntry }), log.trust), refused);
});

test("a state entry that is not the last of its checkpoint is refused: the log may have said more", async () => {
  const log = await logOfBirths(5);
  const old = parseStateProof(await stateProofOf(idOf(1), log.registry.stores, hash));
  const index = (log.registry.tables.head as RegistryHead).size - 1;
  await log.enter(lifecycleEvent("revoked", idOf(1)));
  const { size, checkpoint } = log.registry.tables.head as RegistryHead;
  const proof = await new TiledTree(size, logTiles(log.registry), hash).inclusionProof(index);
  const logProof = encodeLogProof({ index, proof, checkpoint });
  await assert.rejects(verifyStateProof(encodeStateProof({ ...old, logProof }), log.trust), refused);
});

test("another log's proof, a born entry as state entry, and other shapes are refused", async () => {
  const log = await logOfBirths(5);
  const other = await logOfBirths(5);
  const proof = await stateProofOf(idOf(1), log.registry.stores, hash);
  await assert.rejects(verifyStateProof(proof, other.trust), refused);
  const parts = parseStateProof(proof);
  const path = Array.from({ length: 65 }, () => new Uint8Array(32));
  const { leaf, stateEntry, logProof } = parts;
  for (const shape of [
    [2, leaf, parts.path, stateEntry, logProof],
    [1, leaf, path, stateEntry, logProof],
    [1, leaf.slice(1), parts.path, stateEntry, logProof],
    [1, leaf, [new Uint8Array(31)], stateEntry, logProof],
    [1, leaf, parts.path, stateEntry],
  ])
    await assert.rejects(verifyStateProof(encodeCbor(shape), log.trust), refused);
});

test("an ordinal that the state entry does not count is refused", async () => {
  const log = await logOfBirths(1);
  const parts = parseStateProof(await stateProofOf(idOf(0), log.registry.stores, hash));
  const row = log.registry.device(idOf(0));
  assert.ok(row !== undefined);
  const leaf = encodeStateLeaf({ ...row, ordinal: 1 });
  await assert.rejects(verifyStateProof(encodeStateProof({ ...parts, leaf }), log.trust), refused);
});

test("no proof for an unknown device, of an empty log, or from rows that contradict the tree", async () => {
  const log = await logOfBirths(3);
  await assert.rejects(stateProofOf(idOf(9), log.registry.stores, hash), { code: "NAT_REGISTRY_DEVICE" });
  await assert.rejects(stateProofOf(idOf(0), new VolatileInsecureRegistry().stores, hash), {
    code: "NAT_REGISTRY_EMPTY",
  });
  const { devices } = log.registry.tables;
  const row = log.registry.device(idOf(1));
  assert.ok(row !== undefined);
  devices[1] = { ...row, state: "revoked" };
  await assert.rejects(stateProofOf(idOf(1), log.registry.stores, hash), { code: "NAT_TLOG_INCLUSION" });
  devices[1] = { ...row, ordinal: 3 };
  await assert.rejects(stateProofOf(idOf(1), log.registry.stores, hash), { code: "NAT_REGISTRY_DAMAGED" });
});

test("a proof is made of one head, even if commits come in between", async () => {
  const log = await logOfBirths(3);
  const { stores } = log.registry;
  let commits = 0;
  const devices = {
    async device(id: Uint8Array) {
      if (commits++ < 3)
        await log.commit(
          madeUpBirth(100 + commits),
          lifecycleEvent(commits % 2 === 1 ? "suspended" : "resumed", idOf(1)),
        );
      return stores.devices.device(id);
    },
  };
  const verified = await verifyStateProof(await stateProofOf(idOf(1), { ...stores, devices }, hash), log.trust);
  assert.equal(verified.logSize, log.registry.tables.head?.size);
  assert.equal(verified.state, "suspended");
});

test("the leaf hash is the one of the state tree", async () => {
  const log = await logOfBirths(1);
  const { leaf, path } = parseStateProof(await stateProofOf(idOf(0), log.registry.stores, hash));
  assert.equal(path.length, 0);
  assert.deepEqual(leafHash(leaf, hash), log.registry.tables.head?.stateRoot);
});
