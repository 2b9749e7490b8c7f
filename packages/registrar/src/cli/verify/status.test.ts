// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { statusFields } from "./status.ts";

test("how status is asked decides what is made of no evidence", () => {
  const evidence = { lists: () => [], responses: () => [] };
  assert.equal(statusFields("require", evidence).status?.policy.unknown, "refuse");
  assert.equal(statusFields("ifPresent", evidence).status?.policy.unknown, "acceptAbsent");
});

test("how current evidence has to be is the caller's to say", () => {
  const evidence = { lists: () => [], responses: () => [] };
  const policyOf = (currency?: Parameters<typeof statusFields>[2]) =>
    statusFields("require", evidence, currency).status?.policy;
  assert.deepEqual(policyOf(), { unknown: "refuse", clockSkew: 60, maxAge: undefined });
  assert.deepEqual(policyOf({ clockSkew: 0, maxAge: 3600 }), { unknown: "refuse", clockSkew: 0, maxAge: 3600 });
});

test("what nobody asks about is not read", () => {
  const unread = () => assert.fail("it was read");
  assert.deepEqual(statusFields("off", { lists: unread, responses: unread }), {});
});
