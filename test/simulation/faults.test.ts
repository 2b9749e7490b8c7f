// SPDX-License-Identifier: Apache-2.0
// The bad times are bad: whatever may go wrong does, within a few seeds, and whatever may be told is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate } from "./simulate.ts";

const traces: string[] = [];
for (let seed = 1; seed <= 150; seed++) traces.push(...(await simulate({ seed, isTraced: true })).trace);
const all = traces.join("\n");

for (const [what, pattern] of [
  ["a request to the store gets lost", /commit request lost/],
  ["the reply to a commit gets lost", /commit reply lost/],
  ["a commit arrives after it was given up", /commit request late/],
  ["a registrar is cut off", /registrar-\d +is cut off/],
  ["a registrar dies and is up again", /registrar-\d +is up [2-9]/],
  ["a registrar stops in an orderly way", /registrar-\d +has stopped/],
  ["a thread dies with a birth", /loses a thread/],
  ["a turn is taken", /BEGIN; SELECT FROM head FOR UPDATE (request|reply) lost/],
  ["a turn is left standing", /ends a turn that stands still/],
  ["a commit waits too long for the head", /lets no one wait longer/],
  ["the fate of a commit in a turn stays open", /COMMIT reply lost/],
  ["the store loses its memory", /store +restarted at size \d+/],
  ["a store that crashed decides a commit", /store +tears a commit/],
  ["a clock is set", /clock is set/],
  ["a checkpoint may not be kept", /cannot keep its checkpoint/],
  ["a key is refused", /NAT_BIRTH_KEY_REUSED/],
  ["a unit is refused", /NAT_BIRTH_UNIT_REUSED/],
  ["a quota is used up", /NAT_REGISTRY_QUOTA/],
  ["a device is retired", /enters retire/],
  ["a log fills a tile", /has size 25[6-9]/],
] as const)
  test(`it happens: ${what}`, () => assert.match(all, pattern));

test("all of that in calm as well as in storm", () => assert.match(all, /weather +is calm/));
