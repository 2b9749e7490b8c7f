// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeLifecycleBody, entryTypes, type IncidentRow, type StoredEntry } from "natalis/registry";
import { viewTimeline } from "./event-view.ts";

const none = new Uint8Array(0);
const time = Date.parse("2026-03-01T12:00:00Z");
const at = "2026-03-01T12:00:00.000Z";
const entry = (index: number, type: number, body: Uint8Array = none): StoredEntry => ({
  index,
  type,
  time,
  deviceId: new Uint8Array(16),
  entry: none,
  body,
  salt: none,
});
const incident = (index: number): IncidentRow => ({
  entry: index,
  time,
  station: "line-1",
  code: "NAT_BIRTH_KEY_REUSED",
  keyHash: none,
  unitTag: none,
  unrecorded: 0,
});
const suspended = encodeLifecycleBody({ actor: "admin", reason: 6, note: "lost" });

test("a life and what was claimed of it are one timeline, in the order of the log", () => {
  const entries = [entry(1, entryTypes.born), entry(7, entryTypes.suspended, suspended)];
  assert.deepEqual(viewTimeline(entries, [incident(3), incident(9)], 10), [
    { index: 1, type: "born", at },
    { index: 3, type: "refusedBirth", at, actor: "line-1", code: "NAT_BIRTH_KEY_REUSED" },
    { index: 7, type: "suspended", at, actor: "admin", reason: "certificateHold", note: "lost" },
    { index: 9, type: "refusedBirth", at, actor: "line-1", code: "NAT_BIRTH_KEY_REUSED" },
  ]);
});

test("a page ends where it is full, wherever its events come from", () => {
  const indexes = (limit: number) =>
    viewTimeline([entry(1, entryTypes.born), entry(8, entryTypes.born)], [incident(3), incident(5)], limit).map(
      ({ index }) => index,
    );
  assert.deepEqual(indexes(2), [1, 3]);
  assert.deepEqual(indexes(3), [1, 3, 5]);
});
