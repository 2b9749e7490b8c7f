// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms, asMap, decodeCbor, encodeCoseKey } from "../formats/index.ts";
import { isNatalisError } from "../kernel/index.ts";
import { withKeyOperations } from "../testing/evidence-forge.ts";
import { publicKeyOfCoseKey } from "./cose-key.ts";

const { publicKey } = generateKey(algorithms.ES256).signer;
const mapOf = (bytes: Uint8Array) => asMap(decodeCbor(bytes, { anyKeyOrder: true }));

test("a key that says what it is for is the same key", () => {
  const key = encodeCoseKey(publicKey);
  for (const bytes of [key, withKeyOperations(key), withKeyOperations(key, [1, 2])])
    assert.deepEqual(publicKeyOfCoseKey(mapOf(bytes)), publicKey);
});

test("a key for something else is none", () => {
  for (const operations of [[], [1], [3, 4]])
    assert.throws(() => publicKeyOfCoseKey(mapOf(withKeyOperations(encodeCoseKey(publicKey), operations))), {
      name: "NatalisError",
      code: "NAT_EVIDENCE_MALFORMED",
    });
});

test("a point given by one coordinate is the same point", () => {
  for (const name of ["ES256", "ES384"] as const) {
    const { publicKey: whole } = generateKey(algorithms[name]).signer;
    const key = mapOf(encodeCoseKey(whole));
    const isOdd = ((whole.at(-1) as number) & 1) === 1;
    assert.deepEqual(publicKeyOfCoseKey(new Map([...key, [-3, isOdd]])), whole);
    assert.notDeepEqual(publicKeyOfCoseKey(new Map([...key, [-3, !isOdd]])), whole);
  }
});

test("signs of points that are none are refused", () => {
  const key = mapOf(encodeCoseKey(publicKey));
  const bad = [[[-1, 3]], [[-1, "P-256"]], [[-2, true]], [[1, 1]]] as const;
  for (const [entry] of bad)
    assert.throws(() => publicKeyOfCoseKey(new Map([...key, [-3, true], entry])), isNatalisError);
});
