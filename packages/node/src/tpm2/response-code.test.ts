// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isNatalisError } from "natalis/kernel";
import { isPassing, refusal } from "./response-code.ts";

const cases: readonly (readonly [responseCode: number, code: `NAT_TPM_${string}`, detail: string])[] = [
  [0x100, "NAT_TPM_REFUSED", "TPM_RC_INITIALIZE (0x100)"],
  [0x12f, "NAT_TPM_AUTHORIZATION", "TPM_RC_AUTH_UNAVAILABLE (0x12f)"],
  [0x143, "NAT_TPM_UNSUPPORTED", "TPM_RC_COMMAND_CODE (0x143)"],
  [0x14a, "NAT_TPM_ABSENT", "TPM_RC_NV_UNINITIALIZED (0x14a)"],
  [0x18b, "NAT_TPM_ABSENT", "TPM_RC_HANDLE (0x18b), handle 1"],
  [0x1d5, "NAT_TPM_REFUSED", "TPM_RC_SIZE (0x1d5), parameter 1"],
  [0x1df, "NAT_TPM_INTEGRITY", "TPM_RC_INTEGRITY (0x1df), parameter 1"],
  [0x2a6, "NAT_TPM_UNSUPPORTED", "TPM_RC_CURVE (0x2a6), handle 2"],
  [0x3e0, "NAT_TPM_REFUSED", "TPM_RC_TICKET (0x3e0), parameter 3"],
  [0x98e, "NAT_TPM_AUTHORIZATION", "TPM_RC_AUTH_FAIL (0x98e), session 1"],
  [0x99d, "NAT_TPM_AUTHORIZATION", "TPM_RC_POLICY_FAIL (0x99d), session 1"],
  [0xaa2, "NAT_TPM_AUTHORIZATION", "TPM_RC_BAD_AUTH (0xaa2), session 2"],
  [0x902, "NAT_TPM_FULL", "TPM_RC_OBJECT_MEMORY (0x902)"],
  [0x910, "NAT_TPM_ABSENT", "TPM_RC_REFERENCE_H0 (0x910)"],
  [0x919, "NAT_TPM_ABSENT", "TPM_RC_REFERENCE_S1 (0x919)"],
  [0x921, "NAT_TPM_LOCKED", "TPM_RC_LOCKOUT (0x921)"],
  [0x922, "NAT_TPM_REFUSED", "TPM_RC_RETRY (0x922)"],
  [0x17f, "NAT_TPM_REFUSED", "unknown (0x17f)"],
  [0x0c, "NAT_TPM_REFUSED", "unknown (0xc)"],
  [0x0008_0005, "NAT_TPM_REFUSED", "unknown (0x80005)"],
];

test("each by its name in the standard, its place and our code", () => {
  for (const [responseCode, code, detail] of cases) {
    const error = refusal(responseCode, "TPM2_Sign");
    assert.equal(error.code, code);
    assert.equal(error.detail, `TPM2_Sign: ${detail}`);
  }
});

test("any number is an error of the catalogue", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), (responseCode) =>
      assert.ok(isNatalisError(refusal(responseCode, "TPM2_Sign"))),
    ),
  );
});

test("what passes by itself", () => {
  for (const responseCode of [0x908, 0x90a, 0x920, 0x922]) assert.ok(isPassing(responseCode));
  for (const [responseCode] of cases.filter(([, , detail]) => !detail.includes("RETRY")))
    assert.ok(!isPassing(responseCode));
});
