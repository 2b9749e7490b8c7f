// SPDX-License-Identifier: Apache-2.0
// The challenge of step 2: fresh random bytes, meant for one audience, answered once and soon. A verifier issues it,
// keeps it in a ChallengeStore, and takes it out with the answer.

import type { Entropy } from "../kernel/index.ts";

/** Bytes of a nonce: beyond guessing and beyond repeating. */
export const nonceLength = 32;

/** How long a challenge may be answered. */
export const challengeLifetimeSeconds = 60;

export interface Challenge {
  /** 32 random bytes. */
  readonly nonce: Uint8Array;
  /** Who asks: the name under which the device knows this verifier. */
  readonly audience: string;
  /** From this instant on an answer is too late. */
  readonly expiresAt: Date;
}

/** A new challenge. The caller puts it into the store before it leaves the house. */
export function challenge({ audience, at, entropy }: { audience: string; at: Date; entropy: Entropy }): Challenge {
  const expiresAt = new Date(at.getTime() + challengeLifetimeSeconds * 1000);
  return { nonce: entropy.bytes(nonceLength), audience, expiresAt };
}
