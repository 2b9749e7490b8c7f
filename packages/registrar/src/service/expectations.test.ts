// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { ExpectedUnit } from "natalis/registry";
import { VolatileInsecureRegistry } from "natalis/testing";
import { testProfile } from "../pipeline/unsafe-test-nursery.ts";
import { Expectations, type NumberedUnit } from "./expectations.ts";
import { Products } from "./products.ts";

const profiles = new Map([
  ["sensor", testProfile],
  ["pump", { ...testProfile, product: "pump" }],
]);
let parts: number[];
let expectations: Expectations;
let products: Products;

beforeEach(() => {
  parts = [];
  const { expectations: store, products: counts } = new VolatileInsecureRegistry().stores;
  const watched = {
    expectedUnits: store.expectedUnits.bind(store),
    listExpected: store.listExpected.bind(store),
    withdraw: store.withdraw.bind(store),
    expect(product: string, units: readonly ExpectedUnit[]) {
      parts.push(units.length);
      return store.expect(product, units);
    },
  };
  expectations = new Expectations(watched, profiles);
  products = new Products(counts, profiles);
});

async function* units(...given: (string | ExpectedUnit)[]): AsyncGenerator<NumberedUnit> {
  for (const [i, unit] of given.entries())
    yield { line: i + 1, ...(typeof unit === "string" ? { serial: unit } : unit) };
}

const none = { units: 0, added: 0, born: 0, known: 0, conflicts: 0, conflicting: [] };

test("an import is counted, and the same import again changes nothing", async () => {
  const first = await expectations.importUnits("sensor", units("A", { serial: "B", model: "M" }, "C"));
  assert.deepEqual(first, { ...none, units: 3, added: 3 });
  const again = await expectations.importUnits("sensor", units("A", { serial: "B", model: "M" }, "C", "D"));
  assert.deepEqual(again, { ...none, units: 4, added: 1, known: 3 });
  assert.deepEqual((await products.find("sensor")).counts, {
    product: "sensor",
    born: 0,
    expected: 4,
    expectedBorn: 0,
  });
});

test("a unit of another model is named with its line, the first hundred of many", async () => {
  await expectations.importUnits("sensor", units("A"));
  const wrong = { serial: "A", model: "M" };
  const { conflicts, conflicting } = await expectations.importUnits("sensor", units("B", wrong));
  assert.deepEqual([conflicts, conflicting], [1, [{ line: 2, ...wrong }]]);
  const many = await expectations.importUnits("sensor", units(...Array.from({ length: 150 }, () => wrong)));
  assert.deepEqual([many.conflicts, many.conflicting.length], [150, 100]);
});

test("a serial number that comes twice in one import is known the second time", async () => {
  const result = await expectations.importUnits("sensor", units("A", "A", { serial: "A", model: "M" }, "B"));
  assert.deepEqual(result, {
    ...none,
    units: 4,
    added: 2,
    known: 1,
    conflicts: 1,
    conflicting: [{ line: 3, serial: "A", model: "M" }],
  });
  assert.deepEqual(parts, [1, 1, 2]);
});

test("many units are added some hundred at a time", async () => {
  await expectations.importUnits("sensor", units(...Array.from({ length: 1203 }, (_, i) => `S${i}`)));
  assert.deepEqual(parts, [500, 500, 203]);
  assert.deepEqual(await expectations.importUnits("sensor", units()), none);
});

test("what comes before a line that cannot be read is in the list", async () => {
  async function* broken() {
    yield* units(...Array.from({ length: 600 }, (_, i) => `S${i}`));
    throw new Error("line 601");
  }
  await assert.rejects(expectations.importUnits("sensor", broken()), /line 601/);
  assert.equal((await products.find("sensor")).counts.expected, 500);
});

test("units are withdrawn", async () => {
  await expectations.importUnits("sensor", units("A", "B"));
  assert.deepEqual(await expectations.withdraw("sensor", ["A", "C"]), ["withdrawn", "absent"]);
});

test("a product line that nobody makes here", async () => {
  const refused = { code: "NAT_SERVICE_NOT_FOUND" };
  await assert.rejects(expectations.importUnits("toaster", units("A")), refused);
  await assert.rejects(expectations.withdraw("toaster", ["A"]), refused);
  await assert.rejects(products.find("toaster"), refused);
});

test("product lines are listed by name, with their counts", async () => {
  await expectations.importUnits("sensor", units("A"));
  const listed = async (after: string | undefined, limit: number) =>
    (await products.list(after, limit)).map(({ profile, counts }) => [profile.product, counts.expected]);
  assert.deepEqual(await listed(undefined, 10), [
    ["pump", 0],
    ["sensor", 1],
  ]);
  assert.deepEqual(await listed("pump", 10), [["sensor", 1]]);
  assert.deepEqual(await listed(undefined, 1), [["pump", 0]]);
  assert.deepEqual(await listed("sensor", 1), []);
});
