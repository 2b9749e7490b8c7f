// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isNatalisError } from "../../kernel/index.ts";
import { attributesValue, type ObjectAttribute, readAttributes } from "./object-attributes.ts";

/** The bits of TPM 2.0 Part 2, table 31 that have no name. */
const reserved = [0, 3, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31];

test("values seen in the field", () => {
  const cases: readonly (readonly [value: number, names: readonly ObjectAttribute[]])[] = [
    [0, []],
    [0x0003_00b2, ["fixedTPM", "fixedParent", "sensitiveDataOrigin", "adminWithPolicy", "restricted", "decrypt"]],
    [0x0004_0072, ["fixedTPM", "fixedParent", "sensitiveDataOrigin", "userWithAuth", "sign"]],
    [0x0005_0472, ["fixedTPM", "fixedParent", "sensitiveDataOrigin", "userWithAuth", "noDA", "restricted", "sign"]],
    [0x0008_0b04, ["stClear", "firmwareLimited", "svnLimited", "encryptedDuplication", "x509sign"]],
  ];
  for (const [value, names] of cases) {
    assert.deepEqual([...readAttributes(value)], names);
    assert.equal(attributesValue(names), value);
  }
});

test("every bit but the reserved ones comes back", () => {
  const mask = reserved.reduce((bits, bit) => bits & ~(1 << bit), -1) >>> 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (value) => {
      const legal = (value & mask) >>> 0;
      assert.equal(attributesValue(readAttributes(legal)), legal);
    }),
  );
});

test("a reserved bit is refused", () => {
  for (const bit of reserved)
    assert.throws(
      () => readAttributes((1 << bit) >>> 0),
      (error) => isNatalisError(error, "NAT_TPM_STRUCTURE"),
    );
});
