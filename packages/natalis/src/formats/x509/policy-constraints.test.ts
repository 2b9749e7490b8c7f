// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import {
  encodeInhibitAnyPolicy,
  encodePolicyConstraints,
  parseInhibitAnyPolicy,
  parsePolicyConstraints,
} from "./policy-constraints.ts";

const refused = (run: () => unknown, code: `NAT_${string}`) =>
  assert.throws(run, (error) => isNatalisError(error, code));

for (const [constraints, value] of [
  [{ requireExplicitPolicy: 0 }, "3003800100"],
  [{ inhibitPolicyMapping: 3 }, "3003810103"],
  [{ requireExplicitPolicy: 1, inhibitPolicyMapping: 200 }, "3007800101810200c8"],
] as const)
  test(`policy constraints ${JSON.stringify(constraints)}`, () => {
    assert.equal(toHex(encodePolicyConstraints(constraints)), value);
    assert.deepEqual(parsePolicyConstraints(fromHex(value)), constraints);
  });

test("inhibit anyPolicy", () => {
  for (const count of [0, 5, 2 ** 31 - 1]) assert.equal(parseInhibitAnyPolicy(encodeInhibitAnyPolicy(count)), count);
});

describe("refused", () => {
  for (const [what, value, code] of [
    ["neither constraint (RFC 5280 4.2.1.11)", "3000", "NAT_X509_EXTENSION"],
    ["a constraint twice", "3006800100800100", "NAT_DER_TRAILING"],
    ["the second before the first", "3006810100800100", "NAT_DER_TRAILING"],
    ["a negative count", "30038001ff", "NAT_DER_INTEGER"],
    ["a count not in its shortest form", "300480020000", "NAT_DER_INTEGER"],
    ["a count beyond 31 bits", "300780050100000000", "NAT_DER_INTEGER"],
    ["bytes after it", "300380010000", "NAT_DER_TRAILING"],
  ] as const)
    test(what, () => refused(() => parsePolicyConstraints(fromHex(value)), code));

  test("inhibit anyPolicy that is no count", () => {
    refused(() => parseInhibitAnyPolicy(fromHex("0201ff")), "NAT_DER_INTEGER");
    refused(() => parseInhibitAnyPolicy(fromHex("02010000")), "NAT_DER_TRAILING");
    refused(() => parseInhibitAnyPolicy(fromHex("0500")), "NAT_DER_TAG");
  });

  test("constraints without any are not written", () =>
    refused(() => encodePolicyConstraints({}), "NAT_X509_EXTENSION"));
});
