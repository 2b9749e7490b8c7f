// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { errorFactory, isNatalisError, NatalisError } from "./errors.ts";

const fail = errorFactory({ NAT_TEST_ONE: "One sentence.", NAT_TEST_TWO: "Another." });

test("an error carries code, meaning, detail and cause", () => {
  const cause = new Error("beneath");
  const error = fail("NAT_TEST_ONE", "what was seen", cause);
  assert.ok(error instanceof NatalisError && error instanceof Error);
  assert.equal(error.name, "NatalisError");
  assert.equal(error.code, "NAT_TEST_ONE");
  assert.equal(error.message, "One sentence. [NAT_TEST_ONE] what was seen");
  assert.equal(error.detail, "what was seen");
  assert.equal(error.cause, cause);
});

test("an error without a cause has none, not an undefined one", () => {
  assert.equal("cause" in fail("NAT_TEST_TWO", ""), false);
});

test("isNatalisError tells ours from others, and one code from another", () => {
  const error: unknown = fail("NAT_TEST_ONE", "");
  assert.equal(isNatalisError(error), true);
  assert.equal(isNatalisError(error, "NAT_TEST_ONE"), true);
  assert.equal(isNatalisError(error, "NAT_TEST_TWO"), false);
  assert.equal(isNatalisError(new TypeError("x")), false);
  assert.equal(isNatalisError("NAT_TEST_ONE"), false);
});
