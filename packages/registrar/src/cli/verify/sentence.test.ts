// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { errorFactory } from "natalis/kernel";
import { sentenceOf } from "./sentence.ts";

const refused = errorFactory({ NAT_TEST_REFUSED: "It is refused (RFC 1 section 2)." });

test("meaning and detail are one sentence, the code apart", () => {
  assert.equal(sentenceOf(refused("NAT_TEST_REFUSED", "unit 7")), "It is refused (RFC 1 section 2): unit 7.");
});

test("without a detail it is the meaning", () => {
  assert.equal(sentenceOf(refused("NAT_TEST_REFUSED", "")), "It is refused (RFC 1 section 2).");
});

test("a detail that looks like a code changes nothing", () => {
  const error = refused("NAT_TEST_REFUSED", "[NAT_TEST_REFUSED] again");
  assert.equal(sentenceOf(error), "It is refused (RFC 1 section 2): [NAT_TEST_REFUSED] again.");
});
