// SPDX-License-Identifier: Apache-2.0
// Each adversary is stopped by its limit, after exactly as many signature checks as said. How long that takes is told
// by `npm run robustness -- --adversarial`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { adversaries } from "./adversarial/adversaries.ts";
import { refuse } from "./adversarial/adversary.ts";

for (const adversary of await adversaries())
  test(adversary.name, async () => {
    const { error, signatures } = await refuse(adversary);
    assert.equal(error.code, adversary.code, error.message);
    if (adversary.detail !== undefined) assert.equal(error.detail, adversary.detail);
    assert.equal(signatures, adversary.signatures);
  });
