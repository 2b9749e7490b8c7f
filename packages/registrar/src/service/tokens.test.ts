// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeEntropy, nodeHash } from "@natalis/node";
import { newToken, tokenHash } from "./tokens.ts";

test("a token is 32 random bytes behind a prefix, and no two are alike", () => {
  const tokens = Array.from({ length: 100 }, () => newToken(nodeEntropy));
  for (const token of tokens) assert.match(token, /^nat_[A-Za-z0-9_-]{43}$/);
  assert.equal(new Set(tokens).size, tokens.length);
});

test("it is looked up by its SHA-256", () => {
  const token = newToken(nodeEntropy);
  assert.deepEqual(tokenHash(token, nodeHash), nodeHash.sha256(new TextEncoder().encode(token)));
});

test("what is no token of ours is looked up by nothing", () => {
  const token = newToken(nodeEntropy);
  for (const text of [
    "",
    token.slice(1),
    token.slice(0, -1),
    `${token}A`,
    `${token}\n`,
    token.replace("nat_", "NAT_"),
    "nat_",
  ])
    assert.equal(tokenHash(text, nodeHash), undefined);
});
