// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseLogProof } from "../formats/index.ts";
import { isNatalisError, portableHash } from "../kernel/index.ts";
import { madeUpBirth, openUnsafeTestLog, VolatileInsecureRegistry } from "../testing/index.ts";
import { receiptOf, verifyReceipt } from "./receipt.ts";

const hash = portableHash;

async function logOfBirths(count: number) {
  const log = await openUnsafeTestLog();
  await log.commit(...Array.from({ length: count }, (_, number) => madeUpBirth(number)));
  return log;
}

test("every entry has a receipt against the newest checkpoint, across tile borders", async () => {
  const log = await logOfBirths(300);
  const { entries, head } = log.registry.tables;
  for (const index of [0, 1, 2, 255, 256, 257, 301]) {
    const receipt = await receiptOf(index, log.registry.stores, hash);
    assert.equal(parseLogProof(receipt).checkpoint, head?.checkpoint);
    const { entry } = entries[index] as { entry: Uint8Array };
    if (entries[index]?.type !== 0) assert.equal((await verifyReceipt(receipt, entry, log.trust)).index, index);
    else await assert.rejects(verifyReceipt(receipt, entry, log.trust), { code: "NAT_REGISTRY_RECEIPT" });
  }
});

test("a receipt of yesterday still verifies, and one of another log never did", async () => {
  const log = await logOfBirths(3);
  const other = await logOfBirths(3);
  const old = await receiptOf(2, log.registry.stores, hash);
  await log.commit(madeUpBirth(10));
  const { entry } = log.registry.tables.entries[2] as { entry: Uint8Array };
  await verifyReceipt(old, entry, log.trust);
  await assert.rejects(verifyReceipt(old, entry, other.trust), { code: "NAT_REGISTRY_RECEIPT" });
});

test("a receipt proves its own entry and no other", async () => {
  const log = await logOfBirths(5);
  const receipt = await receiptOf(3, log.registry.stores, hash);
  for (const [index, { entry }] of log.registry.tables.entries.entries()) {
    if (index === 3) await verifyReceipt(receipt, entry, log.trust);
    else await assert.rejects(verifyReceipt(receipt, entry, log.trust), { code: "NAT_REGISTRY_RECEIPT" });
  }
});

test("a receipt with any character changed, cut off or added is refused", async () => {
  const log = await logOfBirths(5);
  const receipt = await receiptOf(3, log.registry.stores, hash);
  const { entry } = log.registry.tables.entries[3] as { entry: Uint8Array };
  const damage = fc.tuple(fc.nat(receipt.length - 1), fc.constantFrom("A", "b", "\n", "9", ""));
  const run = fc.asyncProperty(damage, async ([at, character]) => {
    const damaged = receipt.slice(0, at) + character + receipt.slice(at + 1);
    if (damaged === receipt) return;
    await assert.rejects(verifyReceipt(damaged, entry, log.trust), (error) =>
      isNatalisError(error, "NAT_REGISTRY_RECEIPT"),
    );
  });
  await fc.assert(run, { numRuns: 300 });
  await assert.rejects(verifyReceipt(`${receipt}x`, entry, log.trust), { code: "NAT_REGISTRY_RECEIPT" });
});

test("no receipt for an entry that is not there, of an empty log, or over damaged tiles", async () => {
  const log = await logOfBirths(5);
  await assert.rejects(receiptOf(8, log.registry.stores, hash), { code: "NAT_TLOG_RANGE" });
  await assert.rejects(receiptOf(0, new VolatileInsecureRegistry().stores, hash), { code: "NAT_REGISTRY_EMPTY" });
  const { entry } = log.registry.tables.entries[4] as { entry: Uint8Array };
  entry[entry.length - 1] = (entry.at(-1) as number) ^ 1;
  await assert.rejects(receiptOf(4, log.registry.stores, hash), { code: "NAT_REGISTRY_DAMAGED" });
  await receiptOf(3, log.registry.stores, hash);
  const tile = log.registry.tables.logTiles.get("0/0") as Uint8Array;
  tile[0] = (tile[0] as number) ^ 1;
  await assert.rejects(receiptOf(3, log.registry.stores, hash), { code: "NAT_REGISTRY_DAMAGED" });
});
