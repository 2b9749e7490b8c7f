// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import { encodeCbor } from "../formats/index.ts";
import { portableHash, toHex } from "../kernel/index.ts";
import { type BirthFacts, checkFacts, factsBytes, factsHash } from "./facts.ts";

const facts: BirthFacts = {
  maker: "Acme Pumps & Söhne",
  model: "P-100",
  serial: "SN-000123",
  hardwareRevision: "C",
  firmwareDigest: new Uint8Array(32).fill(7),
  bornAt: 1_772_366_400,
  facility: "Plant 1",
};

test("facts are the deterministic CBOR map of record fields 3 to 9 (DESIGN 3.2, 5)", () => {
  const map = new Map<number, string | number | Uint8Array>([
    [3, facts.maker],
    [4, facts.model],
    [5, facts.serial],
    [6, "C"],
    [7, new Uint8Array(32).fill(7)],
    [8, facts.bornAt],
    [9, facts.facility],
  ]);
  assert.deepEqual(factsBytes(facts), encodeCbor(map));
  assert.deepEqual(factsHash(facts, portableHash), portableHash.sha256(encodeCbor(map)));
});

test("absent facts take no room", () => {
  const bare = { maker: "A", model: "B", serial: "C", bornAt: 0, facility: "D" };
  assert.equal(toHex(factsBytes(bare)), "a50361410461420561430800096144");
});

test("facts given out stay as they are when others are encoded", () => {
  const first = factsBytes(facts);
  const copy = first.slice();
  factsBytes({ ...facts, serial: "SN-999999" });
  assert.deepEqual(first, copy);
});

const refused: readonly [string, Partial<Record<keyof BirthFacts, unknown>>][] = [
  ["no maker", { maker: "" }],
  ["a maker of 65 characters", { maker: "m".repeat(65) }],
  ["a model with a line feed", { model: "P\n100" }],
  ["a serial beyond PrintableString", { serial: "SN_1" }],
  ["a serial of 65 characters", { serial: "1".repeat(65) }],
  ["no facility", { facility: "" }],
  ["a facility of 65 characters", { facility: "f".repeat(65) }],
  ["an empty hardware revision", { hardwareRevision: "" }],
  ["a firmware digest of 20 bytes", { firmwareDigest: new Uint8Array(20) }],
  ["a birth before 1970", { bornAt: -1 }],
  ["a birth at half a second", { bornAt: 0.5 }],
  ["a birth beyond 53 bits", { bornAt: 2 ** 53 }],
];
for (const [what, change] of refused)
  test(`refused: ${what}`, () =>
    assert.throws(() => checkFacts({ ...facts, ...change } as BirthFacts), { code: "NAT_BIRTH_FACTS" }));

for (const length of [32, 48, 64])
  test(`a firmware digest of ${length} bytes is one`, () =>
    checkFacts({ ...facts, firmwareDigest: new Uint8Array(length) }));
