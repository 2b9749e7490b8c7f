// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { challengeStoreContract, InsecureSeededEntropy } from "../testing/index.ts";
import { type Challenge, challenge, MemoryChallengeStore } from "./index.ts";

const at = new Date("2026-11-24T12:00:00Z");
const entropy = new InsecureSeededEntropy("challenges");
const later = (seconds: number) => new Date(at.getTime() + seconds * 1000);
const issue = (seconds = 0): Challenge => challenge({ audience: "registrar.example", at: later(seconds), entropy });

for (const promise of challengeStoreContract)
  test(`MemoryChallengeStore: ${promise.name}`, () => promise.run(new MemoryChallengeStore()));

test("a challenge is 32 fresh bytes for one audience, good for 60 seconds", () => {
  const [first, second] = [issue(), issue()];
  assert.equal(first.nonce.length, 32);
  assert.notDeepEqual(first.nonce, second.nonce);
  assert.equal(first.audience, "registrar.example");
  assert.deepEqual(first.expiresAt, later(60));
});

test("the store is bounded: beyond its limit the oldest are dropped", () => {
  const store = new MemoryChallengeStore(3);
  const challenges = [issue(), issue(), issue(), issue(), issue()];
  for (const each of challenges) store.put(each);
  assert.equal(store.size, 3);
  assert.deepEqual(
    challenges.map(({ nonce }) => store.take(nonce)),
    [undefined, undefined, ...challenges.slice(2)],
  );
  assert.equal(store.size, 0);
});

test("what has expired goes when something newer comes", () => {
  const store = new MemoryChallengeStore();
  const old = issue();
  store.put(old);
  store.put(issue(59));
  assert.equal(store.size, 2);
  store.put(issue(60));
  assert.equal(store.size, 2);
  assert.equal(store.take(old.nonce), undefined);
});

test("a challenge without an instant drives out none of the others, and makes room like any other", () => {
  const store = new MemoryChallengeStore(2);
  const [good, timeless] = [issue(), challenge({ audience: "a", at: new Date(Number.NaN), entropy })];
  store.put(good);
  store.put(timeless);
  assert.equal(store.size, 2);
  store.put(issue());
  assert.deepEqual([store.take(good.nonce), store.take(timeless.nonce)], [undefined, timeless]);
});

test("an expired challenge that is still there is handed out, for its verifier to say so", () => {
  const store = new MemoryChallengeStore();
  const old = issue();
  store.put(old);
  assert.equal(store.take(old.nonce), old);
});

test("whatever is put and taken in whatever order, nothing is handed out twice and the bound holds", () => {
  const steps = fc.array(fc.record({ take: fc.boolean(), number: fc.nat(20), seconds: fc.nat(200) }), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (list) => {
      const store = new MemoryChallengeStore(5);
      const open = new Set<number>();
      for (const { take, number, seconds } of list) {
        const nonce = new Uint8Array(32).fill(number);
        if (take) assert.ok(store.take(nonce) === undefined || open.delete(number));
        else {
          store.put({ nonce, audience: "a", expiresAt: later(seconds) });
          open.add(number);
        }
        assert.ok(store.size <= 5);
      }
    }),
  );
});
