// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeCbor } from "../formats/index.ts";
import { fromHex, isNatalisError, portableHash, toHex } from "../kernel/index.ts";
import {
  bodyHash,
  encodePublicEntry,
  encodeStateEntry,
  entryTypes,
  type PublicEntry,
  parsePublicEntry,
  parseStateEntry,
} from "./entry.ts";

const plain = { noNullPrototype: true } as const;
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const number = fc.maxSafeNat();
const latestTime = 8.64e15;
const instant = fc.integer({ min: 0, max: latestTime });
const born: fc.Arbitrary<PublicEntry> = fc.record(
  {
    type: fc.constant(entryTypes.born),
    time: instant,
    deviceId: bytes(16),
    ordinal: number,
    previous: fc.constant(null),
    keyHash: bytes(32),
    unitTag: bytes(32),
    bodyHash: bytes(32),
  },
  plain,
);
const later: fc.Arbitrary<PublicEntry> = fc.record(
  {
    type: fc.constantFrom(entryTypes.suspended, entryTypes.resumed, entryTypes.revoked, entryTypes.retired),
    time: instant,
    deviceId: bytes(16),
    ordinal: number,
    previous: number,
    keyHash: fc.constant(null),
    unitTag: fc.constant(null),
    bodyHash: bytes(32),
  },
  plain,
);
const none = { deviceId: null, ordinal: null, previous: null, keyHash: null, unitTag: null };
const authority = fc.record({ time: instant, keyHash: bytes(32), bodyHash: bytes(32) }).map((fields) => ({
  ...none,
  ...fields,
  type: entryTypes.authority,
}));
const refusal = fc
  .record({ time: instant, keyHash: bytes(32), unitTag: bytes(32), bodyHash: bytes(32) })
  .map((fields) => ({ ...none, ...fields, type: entryTypes.refusedBirth }));
const entries = fc.oneof(born, later, authority, refusal);

const refused = (error: unknown) => isNatalisError(error, "NAT_REGISTRY_ENTRY");

test("an entry of DESIGN 3.4 is these bytes", () => {
  const entry: PublicEntry = {
    type: entryTypes.born,
    time: 1_700_000_000_123,
    deviceId: new Uint8Array(16).fill(1),
    ordinal: 7,
    previous: null,
    keyHash: new Uint8Array(32).fill(2),
    unitTag: new Uint8Array(32).fill(3),
    bodyHash: new Uint8Array(32).fill(4),
  };
  const expected = `8901011b0000018bcfe5687b50${"01".repeat(16)}07f65820${"02".repeat(32)}5820${"03".repeat(32)}5820${"04".repeat(32)}`;
  assert.equal(toHex(encodePublicEntry(entry)), expected);
  assert.deepEqual(parsePublicEntry(fromHex(expected)), entry);
});

test("a state entry of DESIGN 3.4 is these bytes", () => {
  const entry = { time: 1_700_000_000_123, devices: 24, stateRoot: new Uint8Array(32).fill(9) };
  const expected = `8501001b0000018bcfe5687b18185820${"09".repeat(32)}`;
  assert.equal(toHex(encodeStateEntry(entry)), expected);
  assert.deepEqual(parseStateEntry(fromHex(expected)), entry);
});

test("public entries come back as they went", () => {
  fc.assert(fc.property(entries, (entry) => assert.deepEqual(parsePublicEntry(encodePublicEntry(entry)), entry)));
});

test("state entries come back as they went", () => {
  const entry = fc.record({ time: instant, devices: number, stateRoot: bytes(32) }, plain);
  fc.assert(fc.property(entry, (state) => assert.deepEqual(parseStateEntry(encodeStateEntry(state)), state)));
});

test("damaged entries are refused or mean the same", () => {
  const damage = fc.tuple(entries, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.constantFrom("flip", "cut", "grow"));
  fc.assert(
    fc.property(damage, ([entry, place, change, kind]) => {
      const whole = encodePublicEntry(entry);
      const at = place % whole.length;
      const damaged =
        kind === "grow" ? Uint8Array.of(...whole, change) : whole.slice(0, kind === "cut" ? at : undefined);
      if (kind === "flip") damaged[at] = (damaged[at] as number) ^ change;
      for (const parse of [parsePublicEntry, parseStateEntry]) {
        try {
          parse(damaged);
        } catch (error) {
          assert.ok(refused(error), String(error));
        }
      }
      if (kind !== "flip") assert.throws(() => parsePublicEntry(damaged), refused);
    }),
  );
});

test("arbitrary bytes are refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (random) => {
      assert.throws(() => parsePublicEntry(random), refused);
      assert.throws(() => parseStateEntry(random), refused);
    }),
  );
});

test("a type carries its fields, all of them, and no others", () => {
  const id = new Uint8Array(16);
  const hash = new Uint8Array(32);
  const good = { time: 1, deviceId: id, ordinal: 0, previous: null, keyHash: hash, unitTag: hash, bodyHash: hash };
  const cases: [string, Partial<PublicEntry>][] = [
    ["born lacks its key", { keyHash: null }],
    ["born lacks its unit", { unitTag: null }],
    ["born has a previous entry", { previous: 1 }],
    ["a suspension lacks its previous entry", { type: entryTypes.suspended, keyHash: null, unitTag: null }],
    ["a suspension brings a key", { type: entryTypes.suspended, previous: 0, unitTag: null }],
    ["an authority has a device", { type: entryTypes.authority }],
    ["a station has a key", { ...none, type: entryTypes.station, keyHash: hash }],
    ["a state entry is none of these", { type: entryTypes.state }],
    ["transferred is not entered so far", { type: entryTypes.transferred }],
    ["an id of 15 bytes", { deviceId: id.slice(1) }],
    ["a key hash of 31 bytes", { keyHash: hash.slice(1) }],
  ];
  for (const [name, changes] of cases) {
    const entry: PublicEntry = { type: entryTypes.born, ...good, ...changes };
    assert.throws(() => encodePublicEntry(entry), refused, name);
    const { type, time, deviceId, ordinal, previous, keyHash, unitTag } = entry;
    const written = encodeCbor([1, type, time, deviceId, ordinal, previous, keyHash, unitTag, hash]);
    assert.throws(() => parsePublicEntry(written), refused, name);
  }
});

test("the last instant that a Date can hold is read, the one after it refused", () => {
  const [time, devices, stateRoot] = [latestTime, 1, new Uint8Array(32)];
  assert.equal(parseStateEntry(encodeStateEntry({ time, devices, stateRoot })).time, latestTime);
  assert.throws(() => parseStateEntry(encodeStateEntry({ time: time + 1, devices, stateRoot })), refused);
  const entry = { ...none, type: entryTypes.authority, keyHash: stateRoot, bodyHash: stateRoot };
  assert.equal(parsePublicEntry(encodePublicEntry({ ...entry, time })).time, latestTime);
  assert.throws(() => parsePublicEntry(encodePublicEntry({ ...entry, time: time + 1 })), refused);
});

test("another version, another count of items, and an entry above 65,535 bytes are refused", () => {
  const hash = new Uint8Array(32);
  assert.throws(() => parseStateEntry(encodeCbor([2, 0, 1, 1, hash])), refused);
  assert.throws(() => parseStateEntry(encodeCbor([1, 0, 1, 1, hash, 0])), refused);
  assert.throws(() => parseStateEntry(encodeCbor([1, 1, 1, 1, hash])), refused);
  assert.throws(() => parseStateEntry(encodeCbor([1, 0, -1, 1, hash])), refused);
  assert.throws(() => parsePublicEntry(new Uint8Array(65_536)), refused);
});

test("the body hash is over salt and body", () => {
  const expected = portableHash.sha256(Uint8Array.of(1, 2, 3, 4));
  assert.deepEqual(bodyHash(Uint8Array.of(1, 2), Uint8Array.of(3, 4), portableHash), expected);
});
