// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { fromHex, isNatalisError } from "../../../kernel/index.ts";
import { explicit } from "../../../testing/evidence-forge.ts";
import { parseAuthorizationList } from "./authorization-list.ts";

const entries = fc.uniqueArray(fc.tuple(fc.nat(16_383), fc.uint8Array({ maxLength: 300 })), {
  selector: ([tag]) => tag,
  maxLength: 20,
});

test("entries of any tag are read, in any order", () => {
  fc.assert(
    fc.property(entries, (list) => {
      const content = Uint8Array.from(list.flatMap(([tag, value]) => [...explicit(tag, value)]));
      assert.deepEqual(parseAuthorizationList(content), new Map(list));
    }),
  );
});

test("what is not in its one form is refused", () => {
  const bad = {
    "no context tag": "0203020101",
    "a primitive context tag": "810101",
    "a tag that ends early": "bf85",
    "a tag with a padding octet": "bf80010100",
    "a small tag in the long form": "bf1e0100",
    "a tag of four octets": "bf8181818101",
    "no length": "a1",
    "an indefinite length": "a1800000",
    "a length that is not the shortest": "a1810100",
    "a length of four octets": "a18400000001ff",
    "a length with a leading zero": "a182008000",
    "a value beyond the end": "a10200",
    "the same tag twice": "a10100a10100",
  };
  for (const [title, hex] of Object.entries(bad))
    assert.throws(
      () => parseAuthorizationList(fromHex(hex)),
      { name: "NatalisError", code: "NAT_EVIDENCE_MALFORMED" },
      title,
    );
});

test("there are at most 128 entries", () => {
  const list = (count: number) =>
    Uint8Array.from(Array.from({ length: count }, (_, i) => [...explicit(i, new Uint8Array(0))]).flat());
  assert.equal(parseAuthorizationList(list(128)).size, 128);
  assert.throws(() => parseAuthorizationList(list(129)), { code: "NAT_EVIDENCE_MALFORMED" });
});

test("any octets give a list or that refusal", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
      try {
        parseAuthorizationList(octets);
      } catch (error) {
        assert.ok(isNatalisError(error, "NAT_EVIDENCE_MALFORMED"), String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
