// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { encodeCbor } from "natalis/formats";
import { isNatalisError } from "natalis/kernel";
import { encodeJournaled, parseJournaled } from "./journaled-birth.ts";

const bytes = fc.uint8Array({ maxLength: 64 });
const claims = fc.record({ certificationRequest: bytes, record: bytes, certificate: bytes }, { noNullPrototype: true });
const statement = fc.record({ format: fc.string({ maxLength: 16 }), statement: bytes }, { noNullPrototype: true });

test("claims come back as they went, with and without evidence", () => {
  fc.assert(
    fc.property(claims, fc.array(statement, { minLength: 1, maxLength: 3 }), (claim, evidence) => {
      assert.deepEqual(parseJournaled(encodeJournaled(claim)), claim);
      const wellFormed = evidence.filter(({ format }) => format.isWellFormed());
      if (wellFormed.length === 0) return;
      const whole = { ...claim, evidence: wellFormed };
      assert.deepEqual(parseJournaled(encodeJournaled(whole)), whole);
    }),
  );
});

const none = new Uint8Array(0);
const malformed: readonly [what: string, bytes: Uint8Array][] = [
  ["nothing", none],
  ["another version", encodeCbor([2, none, none, none, []])],
  ["a part less", encodeCbor([1, none, none, none])],
  ["text for bytes", encodeCbor([1, "request", none, none, []])],
  ["evidence that is none", encodeCbor([1, none, none, none, [["format"]]])],
];
for (const [what, encoded] of malformed)
  test(`refused: ${what}`, () =>
    assert.throws(
      () => parseJournaled(encoded),
      (error) => isNatalisError(error, "NAT_STATION_JOURNAL"),
    ));
