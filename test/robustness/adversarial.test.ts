// SPDX-License-Identifier: Apache-2.0
// Each adversary has its verdict, or is stopped by its limit, after exactly as many signature checks as said. How long that takes is told
// by `npm run robustness -- --adversarial`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { adversaries } from "./adversarial/adversaries.ts";
import { judge } from "./adversarial/adversary.ts";

for (const adversary of await adversaries())
  test(adversary.name, async () => {
    const { code, detail, signatures } = await judge(adversary);
    assert.equal(code, adversary.code, detail);
    if (adversary.detail !== undefined) assert.equal(detail, adversary.detail);
    assert.equal(signatures, adversary.signatures);
  });
