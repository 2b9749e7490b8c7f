// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey } from "@natalis/node";
import { algorithms, asMap, decodeCbor, encodeCoseKey } from "../formats/index.ts";
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
