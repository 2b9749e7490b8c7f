// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import { algorithms, keyIdentifier, publicKeyInfo } from "../formats/index.ts";
import { portableHash } from "../kernel/index.ts";
import { identifierOfKey } from "./key-identifier.ts";

for (const algorithm of Object.values(algorithms))
  test(`${algorithm.name}: the same as by parsing the key (RFC 7093 method 1)`, () => {
    const key = publicKeyInfo(algorithm, new Uint8Array(algorithm.publicKeyLength).fill(0x04));
    assert.deepEqual(identifierOfKey(key, portableHash), keyIdentifier(key, portableHash));
  });

test("an unknown key has none", () =>
  assert.throws(() => identifierOfKey(new Uint8Array(91), portableHash), { code: "NAT_ALGORITHM_UNKNOWN" }));
