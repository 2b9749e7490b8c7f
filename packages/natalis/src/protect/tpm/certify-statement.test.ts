// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type CborValue, encodeCbor } from "../../formats/index.ts";
import { isNatalisError, toHex } from "../../kernel/index.ts";
import { encodeCertifyStatement, parseCertifyStatement } from "./certify-statement.ts";

const octets = fc.uint8Array({ maxLength: 200 });
const anyStatement = fc.record(
  {
    endorsementCertificates: fc.array(octets, { maxLength: 4 }),
    endorsementKey: octets,
    attestationKey: octets,
    key: octets,
    attest: octets,
    signature: octets,
  },
  { noNullPrototype: true },
);
const refused = (bytes: Uint8Array, what?: string) =>
  assert.throws(
    () => parseCertifyStatement(bytes),
    (error) => isNatalisError(error, "NAT_EVIDENCE_MALFORMED"),
    what,
  );

test("any statement comes back as it was written", () => {
  fc.assert(
    fc.property(anyStatement, (statement) =>
      assert.deepEqual(parseCertifyStatement(encodeCertifyStatement(statement)), statement),
    ),
  );
});

test("the map's keys are permanent", () => {
  const one = (value: number) => Uint8Array.of(value);
  const statement = { endorsementCertificates: [one(1)], endorsementKey: one(2), attestationKey: one(3) };
  const bytes = encodeCertifyStatement({ ...statement, key: one(4), attest: one(5), signature: one(6) });
  assert.equal(toHex(bytes), "a601814101024102034103044104054105064106");
});

test("fields that are absent, unknown or of another type", () => {
  const whole: (readonly [number, CborValue])[] = [1, 2, 3, 4, 5, 6].map((key) => [
    key,
    key === 1 ? [] : new Uint8Array(1),
  ]);
  for (const [key] of whole) refused(encodeCbor(new Map(whole.filter(([other]) => other !== key))), `without ${key}`);
  refused(encodeCbor(new Map<number, CborValue>([...whole, [7, 1]])), "unknown");
  refused(encodeCbor(new Map<number, CborValue>([...whole, [1, new Uint8Array(1)]])), "no array");
  refused(encodeCbor(new Map<number, CborValue>([...whole, [1, [1]]])), "no certificate");
  refused(encodeCbor(new Map<number, CborValue>([...whole, [4, "text"]])), "text");
  refused(encodeCbor([]), "no map");
  refused(new Uint8Array((1 << 16) + 1), "too long");
});
