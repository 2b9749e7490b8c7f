// SPDX-License-Identifier: Apache-2.0
// Where a verifier keeps the challenges it issued until they are answered, and a store in memory for one process.
// Several processes that answer for one audience need a store that they share.

import { type Awaitable, toHex } from "../kernel/index.ts";
import { type Challenge, challengeLifetimeSeconds } from "./challenge.ts";

/**
 * Guarantee: `take` hands out each challenge at most once, to one caller, whatever processes share the store, and
 * only a challenge that was `put`. A store may forget challenges; it must not hand one out again.
 */
export interface ChallengeStore {
  put(challenge: Challenge): Awaitable<void>;
  /** Removes and answers the challenge with this nonce, expired or not. */
  take(nonce: Uint8Array): Awaitable<Challenge | undefined>;
}

/**
 * Challenges of one process, bounded. When full it drops what has expired and then the oldest: a flood can make
 * challenges unanswerable early, but neither fill the memory nor lock everyone out until they expire.
 */
export class MemoryChallengeStore implements ChallengeStore {
  readonly #limit: number;
  // A Map keeps the order of insertion, and challenges expire in about that order.
  readonly #challenges = new Map<string, Challenge>();

  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#challenges.size;
  }

  put(challenge: Challenge): void {
    this.#dropExpired(challenge.expiresAt.getTime() - challengeLifetimeSeconds * 1000);
    this.#challenges.set(toHex(challenge.nonce), challenge);
    for (const oldest of this.#challenges.keys()) {
      if (this.#challenges.size <= this.#limit) return;
      this.#challenges.delete(oldest);
    }
  }

  take(nonce: Uint8Array): Challenge | undefined {
    const key = toHex(nonce);
    const challenge = this.#challenges.get(key);
    this.#challenges.delete(key);
    return challenge;
  }

  // The store has no clock: the newest challenge says what time it is.
  #dropExpired(now: number): void {
    for (const [key, { expiresAt }] of this.#challenges) {
      if (!(expiresAt.getTime() <= now)) return;
      this.#challenges.delete(key);
    }
  }
}
