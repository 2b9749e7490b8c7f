// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { NatalisError } from "../kernel/index.ts";
import { pathError, pathErrors } from "./errors.ts";
import { moreSpecific } from "./rank.ts";

const codes = Object.keys(pathErrors) as (keyof typeof pathErrors)[];
const error = (code: keyof typeof pathErrors) => pathError(code, "seen");

test("the first failure is kept until a more specific one comes", () => {
  const signature = error("NAT_PATH_SIGNATURE");
  const expired = error("NAT_PATH_EXPIRED");
  assert.equal(moreSpecific(undefined, signature), signature);
  assert.equal(moreSpecific(signature, expired), expired);
  assert.equal(moreSpecific(expired, signature), expired);
  assert.equal(moreSpecific(signature, error("NAT_PATH_SIGNATURE")), signature);
});

test("the order of the catalogue is the order of ranks", () => {
  for (const [i, code] of codes.entries())
    for (const later of codes.slice(i + 1)) assert.equal(moreSpecific(error(code), error(later)).code, later);
});

test("a malformed certificate tells more than any failed check", () => {
  const malformed = new NatalisError("NAT_DER_TAG", "Another tag stands there.", "seen");
  for (const code of codes) assert.equal(moreSpecific(error(code), malformed), malformed);
});
