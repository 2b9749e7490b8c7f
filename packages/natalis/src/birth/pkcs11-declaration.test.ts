// SPDX-License-Identifier: Apache-2.0
// A PKCS#11 token's word: one encoding, of one key, for nothing but a key that was made inside; hostile bytes refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type CborKey, type CborValue, decodeCbor, encodeCbor } from "../formats/index.ts";
import { isNatalisError, portableHash, toHex } from "../kernel/index.ts";
import {
  encodePkcs11Declaration,
  type Pkcs11Declaration,
  parsePkcs11Declaration,
  pkcs11DeclaredVerifier,
} from "./pkcs11-declaration.ts";

const publicKey = new Uint8Array(91).fill(3);
const binding = { publicKey, factsHash: new Uint8Array(32) };
const at = new Date("2026-11-24T12:00:00Z");
const verifier = pkcs11DeclaredVerifier(portableHash);
const refused = { code: "NAT_BIRTH_EVIDENCE" };

const declaration: Pkcs11Declaration = {
  keyHash: portableHash.sha256(publicKey),
  alwaysSensitive: true,
  neverExtractable: true,
  local: true,
  manufacturer: "SoftHSM project",
  model: "SoftHSM v2",
  tokenSerial: "8962a4053ba74206",
};

test("a declaration is one deterministic map", () => {
  const expected =
    `a7015820${toHex(declaration.keyHash)}02f503f504f5056f536f667448534d2070726f6a656374` +
    "066a536f667448534d207632077038393632613430353362613734323036";
  assert.equal(toHex(encodePkcs11Declaration(declaration)), expected);
  assert.deepEqual(parsePkcs11Declaration(encodePkcs11Declaration(declaration)), declaration);
});

test("it proves custody 1, and no more", async () => {
  const { custody, hardware, root } = await verifier.verify(encodePkcs11Declaration(declaration), binding, at);
  assert.equal(custody, 1);
  assert.deepEqual(hardware, { manufacturer: declaration.manufacturer, model: declaration.model });
  assert.equal(root, undefined);
});

test("it counts for no other key", () => {
  const statement = encodePkcs11Declaration(declaration);
  const other = { ...binding, publicKey: publicKey.with(90, 4) };
  assert.throws(() => verifier.verify(statement, other, at), refused);
});

for (const flag of ["alwaysSensitive", "neverExtractable", "local"] as const)
  test(`it proves nothing where ${flag} is false`, () => {
    const statement = encodePkcs11Declaration({ ...declaration, [flag]: false });
    assert.throws(() => verifier.verify(statement, binding, at), refused);
  });

test("a field that is absent, unknown, too long or of another type is refused", () => {
  const map = decodeCbor(encodePkcs11Declaration(declaration)) as ReadonlyMap<CborKey, CborValue>;
  const without = (key: number) => new Map([...map].filter(([one]) => one !== key));
  const replaced = (key: number, value: CborValue) => new Map([...map, [key, value]]);
  const bad = [
    ...[1, 2, 3, 4, 5, 6, 7].map(without),
    replaced(8, 0),
    replaced(1, new Uint8Array(31)),
    replaced(2, 1),
    replaced(3, null),
    replaced(5, "x".repeat(65)),
    replaced(7, 7),
  ];
  for (const one of [...bad, [], "declared"])
    assert.throws(() => parsePkcs11Declaration(encodeCbor(one)), refused, toHex(encodeCbor(one)));
});

test("any damage is refused, or says the same or less", () => {
  const good = encodePkcs11Declaration(declaration);
  const damaged = fc.oneof(
    fc.nat(good.length).map((length) => good.subarray(0, length)),
    fc.uint8Array({ minLength: 1, maxLength: 4 }).map((more) => Uint8Array.from([...good, ...more])),
    fc
      .tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }))
      .map(([place, change]) => good.with(place, (good[place] as number) ^ change)),
    fc.uint8Array({ maxLength: 2000 }),
  );
  fc.assert(
    fc.property(damaged, (bytes) => {
      try {
        assert.deepEqual(encodePkcs11Declaration(parsePkcs11Declaration(bytes)), bytes);
      } catch (error) {
        assert.ok(isNatalisError(error, "NAT_BIRTH_EVIDENCE"), String(error));
      }
    }),
    { numRuns: 500 },
  );
});
