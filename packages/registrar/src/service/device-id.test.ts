// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as fc from "fast-check";
import type { BirthAnswer } from "natalis/birth";
import { VolatileInsecureRegistry } from "natalis/testing";
import { deviceIdOf } from "./device-id.ts";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "./unsafe-test-registry.ts";

let made: UnsafeTestRegistry;
let born: BirthAnswer;

before(async () => {
  made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
  born = await birthsOf(made).bear(testStation, await birthInput("A-1"));
});

test("a birth certificate names its device", () => {
  assert.deepEqual(deviceIdOf(born.certificate), born.deviceId);
});

test("an authority's certificate names none", () => {
  for (const { certificate } of [made.root, made.issuing]) assert.equal(deviceIdOf(certificate.der), undefined);
});

test("whatever the bytes are, there is an id or there is none", () => {
  const damaged = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })).map(([position, byte]) => {
    return born.certificate.with(position % born.certificate.length, byte);
  });
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), (bytes) => {
      const id = deviceIdOf(bytes);
      assert.ok(id === undefined || id.length === 16);
    }),
  );
});
