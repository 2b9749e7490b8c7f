// SPDX-License-Identifier: Apache-2.0
// Open challenges as rows of either database.

import type { Challenge } from "natalis/authenticate";
import type { OpenTable } from "./open-table.ts";

export const challengeTable: OpenTable = {
  name: "challenges",
  key: "nonce",
  columns: ["nonce", "audience", "expires_at"],
};

export interface ChallengeRow {
  readonly nonce: Uint8Array;
  readonly audience: string;
  readonly expires_at: number;
}

/** In the order of the columns. */
export function challengeValues({ nonce, audience, expiresAt }: Challenge): (Uint8Array | string | number)[] {
  return [nonce, audience, expiresAt.getTime()];
}

export function challengeOf({ nonce, audience, expires_at }: ChallengeRow): Challenge {
  return { nonce, audience, expiresAt: new Date(expires_at) };
}
