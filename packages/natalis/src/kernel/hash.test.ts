// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8, toHex } from "./bytes.ts";
import { type DigestName, portableDigests, portableHash } from "./hash.ts";

const nodeNames: Readonly<Record<DigestName, string>> = {
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};

test("SHA-1 of abc (FIPS 180-4 example)", () => {
  assert.equal(toHex(portableDigests["SHA-1"](encodeUtf8("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
});

for (const [name, theirs] of Object.entries(nodeNames))
  test(`${name} as Node has it`, () => {
    const ours = portableDigests[name as DigestName];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        assert.deepEqual(ours(data), new Uint8Array(createHash(theirs).update(data).digest()));
      }),
    );
  });

test("the portable hash is the SHA-256 among them", () => {
  assert.deepEqual(portableHash.sha256(encodeUtf8("a")), portableDigests["SHA-256"](encodeUtf8("a")));
});
