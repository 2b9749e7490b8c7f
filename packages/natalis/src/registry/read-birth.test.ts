// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { portableHash as hash } from "../kernel/index.ts";
import { madeUpBirth, openUnsafeTestLog } from "../testing/index.ts";
import { birthReceiptOf, readBirth } from "./read-birth.ts";
import { receiptOf } from "./receipt.ts";

test("the documents of a birth are those that were entered", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1), madeUpBirth(2));
  const row = log.registry.device(madeUpBirth(2).device.id);
  assert.ok(row !== undefined);
  const { record, certificate } = madeUpBirth(2);
  assert.deepEqual(await readBirth(log.registry, row, hash), { record, certificate });
});

test("a row that names no entry, or another kind of entry, is refused", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1));
  const row = log.registry.device(madeUpBirth(1).device.id);
  assert.ok(row !== undefined);
  await assert.rejects(readBirth(log.registry, { ...row, bornEntry: 99 }, hash), { code: "NAT_REGISTRY_DAMAGED" });
  await assert.rejects(readBirth(log.registry, { ...row, bornEntry: 0 }, hash), { code: "NAT_REGISTRY_DAMAGED" });
});

test("documents that are not the ones that the entry commits to, and those of another device, are refused", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1), madeUpBirth(2));
  const row = log.registry.device(madeUpBirth(1).device.id);
  assert.ok(row !== undefined);
  await assert.rejects(readBirth(log.registry, { ...row, bornEntry: row.bornEntry + 1 }, hash), {
    code: "NAT_REGISTRY_DAMAGED",
  });
  for (const name of ["body", "salt", "entry"] as const) {
    const stored = log.registry.tables.entries[row.bornEntry] as {
      body: Uint8Array;
      salt: Uint8Array;
      entry: Uint8Array;
    };
    const bytes = stored[name];
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    await assert.rejects(readBirth(log.registry, row, hash), { code: "NAT_REGISTRY_DAMAGED" }, name);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  }
  await readBirth(log.registry, row, hash);
});

test("the receipt of a birth is of its own entry, whatever entry a damaged row names", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1), madeUpBirth(2));
  const row = log.registry.device(madeUpBirth(1).device.id);
  assert.ok(row !== undefined);
  const { stores } = log.registry;
  assert.equal(await birthReceiptOf(row, stores, hash), await receiptOf(row.bornEntry, stores, hash));
  for (const bornEntry of [0, row.bornEntry + 1])
    await assert.rejects(birthReceiptOf({ ...row, bornEntry }, stores, hash), { code: "NAT_REGISTRY_DAMAGED" });
});
