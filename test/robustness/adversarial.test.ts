// SPDX-License-Identifier: Apache-2.0
// Each adversary is stopped by its limit, after exactly as many signature checks as said. How long that takes is told
// by `npm run robustness -- --adversarial`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { adversaries } from "./adversarial/adversaries.ts";
import { refuse } from "./adversarial/adversary.ts";

/** Policies and name constraints are not processed yet: what carries them is refused for that. */
const notYet: readonly (readonly [name: RegExp, code: string])[] = [
  [/ mapped to | times as many subtrees$/, "NAT_PATH_EXTENSION"],
  [/^a megabyte of (policies|names)$/, "NAT_PATH_SIGNATURE"],
];

for (const adversary of await adversaries())
  test(adversary.name, async () => {
    const { error, signatures } = await refuse(adversary);
    const [, otherwise] = notYet.find(([name]) => name.test(adversary.name)) ?? [];
    assert.equal(error.code, otherwise ?? adversary.code, error.message);
    if (otherwise !== undefined) return;
    if (adversary.detail !== undefined) assert.equal(error.detail, adversary.detail);
    assert.equal(signatures, adversary.signatures);
  });
