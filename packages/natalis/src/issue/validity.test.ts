// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import test from "node:test";
import { noExpiry, validityFrom, wholeSecond } from "./validity.ts";

const at = new Date("2026-03-01T12:00:00.999Z");
const second = new Date("2026-03-01T12:00:00Z");

test("no expiry is 99991231235959Z (RFC 5280 4.1.2.5)", () =>
  assert.deepEqual(validityFrom(at, undefined, noExpiry), { notBefore: second, notAfter: noExpiry }));

test("days count from the second of birth", () =>
  assert.deepEqual(validityFrom(at, 2, noExpiry).notAfter, new Date("2026-03-03T12:00:00Z")));

test("never beyond the issuer's end", () => {
  const end = new Date("2026-03-02T00:00:00Z");
  assert.deepEqual(validityFrom(at, 2, end).notAfter, end);
  assert.deepEqual(validityFrom(at, undefined, end).notAfter, end);
});

test("an instant that is none is refused", () =>
  assert.throws(() => wholeSecond(new Date(Number.NaN)), { code: "NAT_ISSUE_FACTS" }));
