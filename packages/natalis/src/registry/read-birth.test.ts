// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { madeUpBirth, openUnsafeTestLog } from "../testing/index.ts";
import { readBirth } from "./read-birth.ts";

test("the documents of a birth are those that were entered", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1), madeUpBirth(2));
  const row = log.registry.device(madeUpBirth(2).device.id);
  assert.ok(row !== undefined);
  const { record, certificate } = madeUpBirth(2);
  assert.deepEqual(await readBirth(log.registry, row), { record, certificate });
});

test("a row that names no entry, or another kind of entry, is refused", async () => {
  const log = await openUnsafeTestLog();
  await log.commit(madeUpBirth(1));
  const row = log.registry.device(madeUpBirth(1).device.id);
  assert.ok(row !== undefined);
  await assert.rejects(readBirth(log.registry, { ...row, bornEntry: 99 }), { code: "NAT_REGISTRY_DAMAGED" });
  await assert.rejects(readBirth(log.registry, { ...row, bornEntry: 0 }), { code: "NAT_REGISTRY_BODY" });
});
