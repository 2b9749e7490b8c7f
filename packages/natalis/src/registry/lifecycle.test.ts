// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { isNatalisError } from "../kernel/index.ts";
import { type LifecycleEventType, nextState, reasonOf } from "./lifecycle.ts";
import type { DeviceState } from "./ports.ts";

const states: readonly DeviceState[] = ["active", "suspended", "revoked", "retired"];
const events: readonly LifecycleEventType[] = ["suspended", "resumed", "revoked", "retired"];

test("six transitions are allowed and no other; nothing leads out of revoked and retired", () => {
  const allowed: string[] = [];
  for (const state of states) {
    for (const event of events) {
      try {
        allowed.push(`${state} ${event} ${nextState(state, event)}`);
      } catch (error) {
        assert.ok(isNatalisError(error, "NAT_LIFECYCLE_REFUSED"));
      }
    }
  }
  assert.deepEqual(allowed, [
    "active suspended suspended",
    "active revoked revoked",
    "active retired retired",
    "suspended resumed active",
    "suspended revoked revoked",
    "suspended retired retired",
  ]);
});

test("reasons are those of RFC 5280 section 5.3.1 that fit the event", () => {
  assert.equal(reasonOf("suspended"), 6);
  assert.equal(reasonOf("resumed"), 8);
  assert.equal(reasonOf("retired"), 5);
  assert.equal(reasonOf("revoked"), 0);
  assert.deepEqual(
    [0, 1, 3, 4, 5, 9].map((reason) => reasonOf("revoked", reason)),
    [0, 1, 3, 4, 5, 9],
  );
  for (const reason of [2, 6, 7, 8, 10, 11, -1, 1.5])
    assert.throws(() => reasonOf("revoked", reason), { code: "NAT_LIFECYCLE_REASON" });
  assert.throws(() => reasonOf("suspended", 1), { code: "NAT_LIFECYCLE_REASON" });
  assert.throws(() => reasonOf("retired", 6), { code: "NAT_LIFECYCLE_REASON" });
  assert.equal(reasonOf("retired", 5), 5);
});
