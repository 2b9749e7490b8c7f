// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { portableHash, toHex } from "../kernel/index.ts";
import { bindingValue } from "./index.ts";

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

test("the binding value is the one of the design", () => {
  fc.assert(
    fc.property(octets(32), fc.uint8Array({ maxLength: 200 }), octets(32), (nonce, publicKey, factsHash) => {
      const keyHash = createHash("sha256").update(publicKey).digest();
      const expected = createHash("sha256")
        .update("natalis-evidence-v1")
        .update(nonce)
        .update(keyHash)
        .update(factsHash);
      const value = bindingValue({ nonce, publicKey, factsHash }, portableHash);
      assert.equal(toHex(value as Uint8Array), expected.digest("hex"));
    }),
  );
});

test("without nonce there is none", () => {
  const binding = { publicKey: new Uint8Array(91), factsHash: new Uint8Array(32) };
  assert.equal(bindingValue(binding, portableHash), undefined);
});

test("each part changes it", () => {
  const parts = { nonce: new Uint8Array(32), publicKey: new Uint8Array(91), factsHash: new Uint8Array(32) };
  const values = [parts, ...Object.entries(parts).map(([name, part]) => ({ ...parts, [name]: part.with(0, 1) }))].map(
    (binding) => toHex(bindingValue(binding, portableHash) as Uint8Array),
  );
  assert.equal(new Set(values).size, 4);
});
