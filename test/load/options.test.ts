// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOptions, UsageError } from "./options.ts";

test("births, a tenth of them openssl's unless it is said", () => {
  assert.deepEqual(parseOptions(["--births", "1001"]), { json: false, births: { births: 1001, openssl: 101 } });
  assert.deepEqual(parseOptions(["--births", "100000", "--openssl", "0", "--json"]), {
    json: true,
    births: { births: 100_000, openssl: 0 },
  });
});

test("an overload for some seconds", () => {
  assert.deepEqual(parseOptions(["--overload", "60"]), { json: false, overload: { seconds: 60 } });
});

for (const [words, told] of [
  [[], /either --births or --overload/],
  [["--births", "10", "--overload", "5"], /either/],
  [["--births", "9"], /--births takes a whole number from 10/],
  [["--births", "1e5"], /--births/],
  [["--births", "100", "--openssl", "101"], /--openssl takes a whole number from 0 to 100/],
  [["--overload", "0"], /--overload/],
  [["--overload", "5", "--openssl", "5"], /--openssl goes with --births/],
  [["--load"], /--load/],
  [["births"], /births/],
] as const)
  test(`refused: ${words.join(" ")}`, () => {
    assert.throws(
      () => parseOptions(words),
      (error) => error instanceof UsageError && told.test(error.message),
    );
  });
