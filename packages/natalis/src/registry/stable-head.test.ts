// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import type { RegistryHead } from "./ports.ts";
import { isSameHead, onStableHead } from "./stable-head.ts";

function headOf(size: number): RegistryHead {
  const [root, stateRoot] = [new Uint8Array(32), new Uint8Array(32)];
  return { size, root, time: 0, devices: 0, stateRoot, checkpoint: "" };
}

test("heads are the same by size and root", () => {
  assert.ok(isSameHead(undefined, undefined));
  assert.ok(isSameHead(headOf(1), { ...headOf(1), time: 9 }));
  assert.ok(!isSameHead(headOf(1), undefined));
  assert.ok(!isSameHead(headOf(1), headOf(2)));
  assert.ok(!isSameHead(headOf(1), { ...headOf(1), root: new Uint8Array(32).fill(1) }));
});

test("an error counts if the head stayed, and is tried again if it moved", async () => {
  await assert.rejects(
    onStableHead({ head: () => headOf(1) }, () => Promise.reject(new RangeError("x"))),
    RangeError,
  );
  let size = 0;
  const moving = { head: () => headOf(Math.min(size++, 3)) };
  assert.equal(
    await onStableHead(moving, async (head) => (head?.size === 3 ? "done" : Promise.reject(new RangeError("x")))),
    "done",
  );
});

test("a head that never stays is given up on", async () => {
  let size = 0;
  const restless = { head: () => headOf(size++) };
  await assert.rejects(
    onStableHead(restless, () => Promise.reject(new RangeError("x"))),
    { code: "NAT_REGISTRY_BUSY" },
  );
});
