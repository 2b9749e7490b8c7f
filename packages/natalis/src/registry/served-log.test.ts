// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeEntryBundle, leafHash, parseEntryBundle } from "../formats/index.ts";
import { concatBytes, portableHash as hash } from "../kernel/index.ts";
import { madeUpBirth, openUnsafeTestLog, VolatileInsecureRegistry } from "../testing/index.ts";
import { ServedLog } from "./served-log.ts";

async function openLog(births = 300) {
  const log = await openUnsafeTestLog();
  await log.commit(...Array.from({ length: births }, (_, number) => madeUpBirth(number)));
  const { tables } = log.registry;
  return { log, tables, served: new ServedLog(log.registry.stores, hash) };
}

/** Does something while one bit of these bytes is another. */
async function whileDamaged(bytes: Uint8Array, work: () => Promise<void>): Promise<void> {
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] as number) ^ 1;
  await work();
  bytes[at] = (bytes[at] as number) ^ 1;
}

const damaged = { code: "NAT_REGISTRY_DAMAGED" };

test("tiles and bundles are told as far as the log has got, and grow with it", async () => {
  const { log, tables, served } = await openLog();
  const { size } = tables.head as { size: number };
  assert.equal(size, 303);
  const bytes = (index: number) => (tables.entries[index] as { entry: Uint8Array }).entry;
  const first = Array.from({ length: 256 }, (_, index) => bytes(index));
  assert.deepEqual(await served.bundle(0, 256), encodeEntryBundle(first));
  assert.deepEqual(
    await served.tile({ level: 0, index: 0 }, 256),
    concatBytes(...first.map((one) => leafHash(one, hash))),
  );
  assert.equal(parseEntryBundle((await served.bundle(1, 47)) as Uint8Array).length, 47);
  for (const absent of [served.bundle(1, 48), served.bundle(2, 1), served.tile({ level: 1, index: 0 }, 2)])
    assert.equal(await absent, undefined);
  assert.equal(await served.checkpoint(), tables.head?.checkpoint);
  await log.enter(madeUpBirth(1000));
  assert.equal(parseEntryBundle((await served.bundle(1, 49)) as Uint8Array).length, 49);
  assert.equal(await served.checkpoint(), tables.head?.checkpoint);
});

test("an empty log has no checkpoint and no tiles", async () => {
  const served = new ServedLog(new VolatileInsecureRegistry().stores, hash);
  assert.deepEqual(
    [await served.checkpoint(), await served.bundle(0, 1), await served.tile({ level: 0, index: 0 }, 1)],
    [undefined, undefined, undefined],
  );
});

test("an entry that storage has damaged is not told; its neighbours' bundles are", async () => {
  const { tables, served } = await openLog();
  await whileDamaged((tables.entries[7] as { entry: Uint8Array }).entry, async () => {
    await assert.rejects(served.bundle(0, 256), damaged);
    await served.bundle(1, 47);
  });
  await served.bundle(0, 256);
});

test("a damaged tile is not told, whether it is full or at the edge, nor what stands on it", async () => {
  const { log, tables } = await openLog();
  const read = () => new ServedLog(log.registry.stores, hash);
  const tile = (name: string) => tables.logTiles.get(name) as Uint8Array;
  await whileDamaged(tile("0/0"), async () => {
    await assert.rejects(read().tile({ level: 0, index: 0 }, 256), { code: "NAT_TLOG_TILE" });
    await assert.rejects(read().bundle(0, 1), { code: "NAT_TLOG_TILE" });
    await read().bundle(1, 47);
  });
  for (const name of ["0/1", "1/0"])
    await whileDamaged(tile(name), async () => {
      await assert.rejects(read().tile({ level: 0, index: 0 }, 256), damaged);
      await assert.rejects(read().checkpoint(), damaged);
    });
  await read().bundle(0, 256);
});

test("a checkpoint of which one of two copies is damaged is not told", async () => {
  const { log, tables } = await openLog(3);
  const head = tables.head as NonNullable<typeof tables.head>;
  const read = () => new ServedLog({ ...log.registry.stores, commits: { head: () => tables.head } }, hash);
  const other = head.checkpoint.replace(/.$/m, "x");
  for (const torn of [
    { ...head, checkpoint: `${head.checkpoint}x` },
    { ...head, checkpoint: other },
    { ...head, size: head.size - 1 },
  ]) {
    tables.head = torn;
    await assert.rejects(read().checkpoint(), /NAT_(?:REGISTRY_DAMAGED|TLOG_[A-Z]+)/);
  }
  tables.head = head;
  assert.equal(await read().checkpoint(), head.checkpoint);
});
