// SPDX-License-Identifier: Apache-2.0
// What every ChallengeStore must do: a challenge is taken at most once.

import type { Challenge, ChallengeStore } from "../../authenticate/index.ts";
import { type ContractSuite, expectBytes, expectSame, expectThat } from "../contract.ts";

const issued = Date.UTC(2026, 0, 1);

function challengeNumber(number: number): Challenge {
  const nonce = new Uint8Array(32).fill(number);
  return { nonce, audience: `https://verifier.example/${number}`, expiresAt: new Date(issued + 60_000 + number) };
}

/** Each case gets an empty store. */
export const challengeStoreContract: ContractSuite<ChallengeStore> = [
  {
    name: "what was put is taken, whole",
    async run(store) {
      const given = challengeNumber(1);
      await store.put(given);
      const taken = await store.take(given.nonce);
      expectBytes(taken?.nonce, given.nonce, "nonce");
      expectSame(taken?.audience, given.audience, "audience");
      expectSame(taken?.expiresAt.getTime(), given.expiresAt.getTime(), "expiry in milliseconds");
    },
  },
  {
    name: "a challenge is taken once",
    async run(store) {
      const given = challengeNumber(2);
      await store.put(given);
      await store.take(given.nonce);
      expectSame(await store.take(given.nonce), undefined, "second take");
    },
  },
  {
    name: "of many takers at once one gets the challenge",
    async run(store) {
      const given = challengeNumber(3);
      await store.put(given);
      const takers = Array.from({ length: 20 }, async () => store.take(given.nonce));
      const winners = (await Promise.all(takers)).filter((taken) => taken !== undefined);
      expectSame(winners.length, 1, "takers that got it");
    },
  },
  {
    name: "a nonce that was never put is not there",
    async run(store) {
      await store.put(challengeNumber(4));
      expectSame(await store.take(challengeNumber(5).nonce), undefined, "unknown nonce");
      expectSame(await store.take(new Uint8Array(0)), undefined, "empty nonce");
    },
  },
  {
    name: "taking one challenge leaves the others",
    async run(store) {
      await store.put(challengeNumber(6));
      await store.put(challengeNumber(7));
      await store.take(challengeNumber(6).nonce);
      expectThat((await store.take(challengeNumber(7).nonce)) !== undefined, "the other challenge is still there");
    },
  },
];
