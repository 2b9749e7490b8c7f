// SPDX-License-Identifier: Apache-2.0
// When a table is looked at; that it is trimmed is tested with each database.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TrimPace } from "./open-table.ts";

test("after each hundredth of a limit, of all and of each owner", () => {
  const pace = new TrimPace({ all: 1000, owner: 300 });
  assert.deepEqual(
    Array.from({ length: 21 }, () => pace.isDue()).flatMap((due, i) => (due ? [i + 1] : [])),
    [10, 20],
  );
  const dueOf = (owner: string) => Array.from({ length: 7 }, () => pace.isOwnerDue(owner));
  for (const owner of ["one", "other"])
    assert.deepEqual(dueOf(owner), [false, false, true, false, false, true, false], owner);
});

test("each time where limits are small, and soon where owners are many", () => {
  const small = new TrimPace({ all: 2, owner: 2 });
  assert.ok(small.isDue() && small.isOwnerDue("one"));
  const pace = new TrimPace({ all: 1000, owner: 1000 });
  for (let i = 0; i < 10_000; i++) assert.equal(pace.isOwnerDue(`owner ${i}`), false);
  assert.equal(pace.isOwnerDue("one more"), true);
});
