// SPDX-License-Identifier: Apache-2.0
// A key and a unit are born once, whatever became of the device (DESIGN 3.3, steps 2 and 5).

import assert from "node:assert/strict";
import test from "node:test";
import { equalBytes } from "../kernel/index.ts";
import type { DeviceRow, DeviceState } from "../registry/index.ts";
import { madeUpBirth } from "../testing/index.ts";
import { storedDevice } from "./retry.ts";

const later = { ordinal: 0, bornEntry: 1, lastEntry: 1, since: 0, owner: new Uint8Array(32) };
const row = (changes: Partial<DeviceRow> = {}): DeviceRow => ({
  ...madeUpBirth(1).device,
  ...later,
  state: "active",
  ...changes,
});
const device = row();
const other = row({ id: new Uint8Array(16).fill(9) });
const unitTag = device.unitTag;
const claim = {
  station: device.station,
  factsHashAt: (bornAt: number) => (bornAt === device.bornAt ? device.factsHash : new Uint8Array(32)),
};

test("a new key and a new unit: no device is stored", () => assert.equal(storedDevice({ unitTag }, claim), undefined));

test("the same station, key, unit and facts while the device is active: the stored device", () => {
  assert.equal(storedDevice({ unitTag, byKey: device, byUnit: device }, claim), device);
  assert.equal(storedDevice({ unitTag, byKey: device, byUnit: { ...device } }, claim), device);
});

test("the facts are compared as of the first birth, whose time the retry does not know", () => {
  const asked: number[] = [];
  const factsHashAt = (bornAt: number) => {
    asked.push(bornAt);
    return device.factsHash;
  };
  storedDevice({ unitTag, byKey: device, byUnit: device }, { ...claim, factsHashAt });
  assert.deepEqual(asked, [device.bornAt]);
});

test("refused: the unit with another key", () =>
  assert.throws(() => storedDevice({ unitTag, byUnit: device }, claim), { code: "NAT_BIRTH_UNIT_REUSED" }));

test("refused: the key as another unit, new or born", () => {
  assert.throws(() => storedDevice({ unitTag, byKey: device }, claim), { code: "NAT_BIRTH_KEY_REUSED" });
  assert.throws(() => storedDevice({ unitTag, byKey: device, byUnit: other }, claim), {
    code: "NAT_BIRTH_KEY_REUSED",
  });
});

test("refused: another station", () =>
  assert.throws(() => storedDevice({ unitTag, byKey: device, byUnit: device }, { ...claim, station: "line-2" }), {
    code: "NAT_BIRTH_KEY_REUSED",
  }));

test("refused: other facts", () => {
  const factsHashAt = () => new Uint8Array(32);
  assert.equal(equalBytes(factsHashAt(), device.factsHash), false);
  assert.throws(() => storedDevice({ unitTag, byKey: device, byUnit: device }, { ...claim, factsHashAt }), {
    code: "NAT_BIRTH_KEY_REUSED",
  });
});

for (const state of ["suspended", "revoked", "retired"] as const satisfies readonly DeviceState[]) {
  const gone = row({ state });
  test(`refused: a device that is ${state}, by the same request`, () =>
    assert.throws(() => storedDevice({ unitTag, byKey: gone, byUnit: gone }, claim), {
      code: "NAT_BIRTH_KEY_REUSED",
      detail: new RegExp(state),
    }));
  test(`refused: a device that is ${state}, with a new key`, () =>
    assert.throws(() => storedDevice({ unitTag, byUnit: gone }, claim), { code: "NAT_BIRTH_UNIT_REUSED" }));
}

test("refused: a new key and a new unit with the evidence of another birth", () =>
  assert.throws(() => storedDevice({ unitTag, byEvidence: other }, claim), { code: "NAT_BIRTH_EVIDENCE_REUSED" }));

test("a retry brings its own evidence again", () =>
  assert.equal(storedDevice({ unitTag, byKey: device, byUnit: device, byEvidence: device }, claim), device));
