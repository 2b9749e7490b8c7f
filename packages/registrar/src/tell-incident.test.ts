// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { tellIncident } from "./tell-incident.ts";

const attempt = {
  station: "line-1",
  code: "NAT_BIRTH_KEY_REUSED",
  keyHash: new Uint8Array(32).fill(1),
  unitTag: new Uint8Array(32).fill(2),
  unrecorded: 3,
};
const told = {
  station: "line-1",
  code: "NAT_BIRTH_KEY_REUSED",
  key: "01".repeat(32),
  unit: "02".repeat(32),
  unrecorded: 3,
};

function lines(incident: Parameters<typeof tellIncident>[1]): unknown[] {
  const written: unknown[] = [];
  const level = (name: string) => (line: object) => void written.push({ level: name, ...line });
  tellIncident({ warn: level("warn"), error: level("error") }, incident);
  return written;
}

test("a refused birth is a warning that says where it stands and who is concerned", () => {
  const deviceId = new Uint8Array(16).fill(3);
  const device = "03030303-0303-0303-0303-030303030303";
  assert.deepEqual(lines({ ...attempt, deviceId, entry: 7 }), [{ level: "warn", ...told, device, entry: 7 }]);
  assert.deepEqual(lines({ ...attempt, entry: 7 }), [{ level: "warn", ...told, entry: 7 }]);
});

test("one that could not be entered is an error that says why", () => {
  const error = new Error("the disk is full");
  assert.deepEqual(lines({ ...attempt, error }), [{ level: "error", ...told, err: error }]);
});
