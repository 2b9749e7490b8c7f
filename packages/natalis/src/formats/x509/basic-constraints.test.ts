// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, isNatalisError, toHex } from "../../kernel/index.ts";
import { encodeBasicConstraints, parseBasicConstraints } from "./basic-constraints.ts";

describe("both ways", () => {
  for (const [hex, constraints] of [
    ["3000", { isAuthority: false }],
    ["30030101ff", { isAuthority: true }],
    ["30060101ff020100", { isAuthority: true, pathLength: 0 }],
    ["30070101ff02020080", { isAuthority: true, pathLength: 128 }],
  ] as const)
    test(hex, () => {
      assert.deepEqual(parseBasicConstraints(fromHex(hex)), constraints);
      assert.equal(toHex(encodeBasicConstraints(constraints)), hex);
    });
});

describe("refused", () => {
  for (const [what, hex, code] of [
    ["cA 01", "3003010101", "NAT_DER_BOOLEAN"],
    ["a negative path length", "30060101ff0201ff", "NAT_DER_INTEGER"],
    ["a path length beyond 31 bits", "300a0101ff02050080000000", "NAT_DER_INTEGER"],
    ["a padded path length", "30070101ff02020000", "NAT_DER_INTEGER"],
    ["the fields in another order", "30060201000101ff", "NAT_DER_TRAILING"],
    ["a third field", "30080101ff0201000500", "NAT_DER_TRAILING"],
    ["bytes after it", "300000", "NAT_DER_TRAILING"],
    ["nothing", "", "NAT_DER_TAG"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => parseBasicConstraints(fromHex(hex)),
        (error) => isNatalisError(error, code),
      ),
    );
});

describe("not written", () => {
  for (const [what, constraints] of [
    ["a path length without cA", { isAuthority: false, pathLength: 0 }],
    ["a negative path length", { isAuthority: true, pathLength: -1 }],
    ["half a certificate", { isAuthority: true, pathLength: 0.5 }],
  ] as const)
    test(what, () =>
      assert.throws(
        () => encodeBasicConstraints(constraints),
        (error) => isNatalisError(error, "NAT_X509_EXTENSION"),
      ),
    );
});
