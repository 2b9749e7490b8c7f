// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { challengeStoreContract } from "natalis/testing";
import { SqliteChallengeStore } from "./challenge-store.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-challenges-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = () => join(folder, `challenges-${files++}.sqlite`);

for (const { name, run } of challengeStoreContract)
  test(`challenge store: ${name}`, async () => {
    const store = new SqliteChallengeStore(newPath());
    await run(store);
    store.close();
  });

function challengeNumber(number: number) {
  return { nonce: new Uint8Array(32).fill(number), audience: "a", expiresAt: new Date(number * 1000) };
}

test("two processes share one store: what one gave out, the other takes, once", () => {
  const path = newPath();
  const [one, other] = [new SqliteChallengeStore(path), new SqliteChallengeStore(path)];
  one.put(challengeNumber(1));
  assert.equal(other.take(challengeNumber(1).nonce)?.audience, "a");
  assert.equal(one.take(challengeNumber(1).nonce), undefined);
  one.close();
  other.close();
});

test("a full store lets those go that expire first", () => {
  const store = new SqliteChallengeStore(newPath(), 2);
  for (const number of [3, 1, 2]) store.put(challengeNumber(number));
  assert.equal(store.take(challengeNumber(1).nonce), undefined);
  for (const number of [2, 3]) assert.ok(store.take(challengeNumber(number).nonce));
  store.close();
});

test("the file is its owner's only", () => {
  const path = newPath();
  new SqliteChallengeStore(path).close();
  assert.equal(statSync(path).mode & 0o077, 0);
});
