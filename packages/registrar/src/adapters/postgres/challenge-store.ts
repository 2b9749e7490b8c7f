// SPDX-License-Identifier: Apache-2.0
// Open challenges of all processes on one database, so that whichever is asked can take what another one gave. Taking
// is one DELETE ... RETURNING, so of many takers one gets it.

import type { Challenge, ChallengeStore } from "natalis/authenticate";
import type { PostgresDatabase } from "./database.ts";
import { type Runner, rowOf } from "./runner.ts";

const statements = {
  put: {
    name: "put challenge",
    text: "INSERT INTO challenges (nonce, audience, expires_at) VALUES ($1, $2, $3) ON CONFLICT (nonce) DO NOTHING",
  },
  trim: {
    name: "trim challenges",
    text: `DELETE FROM challenges WHERE nonce IN
      (SELECT nonce FROM challenges ORDER BY expires_at DESC, nonce OFFSET $1)`,
  },
  take: {
    name: "take challenge",
    text: "DELETE FROM challenges WHERE nonce = $1 RETURNING audience, expires_at",
  },
} as const;

/**
 * Bounded: when it is full, the challenges that expire first give way, so that a flood shortens the time to answer and
 * fills no disk. It is trimmed now and then, and may stand a hundredth above its limit for each process in between.
 */
export class PostgresChallengeStore implements ChallengeStore {
  readonly #runner: Runner;
  readonly #limit: number;
  readonly #trimEvery: number;
  #puts = 0;

  constructor(database: PostgresDatabase, limit = 100_000) {
    this.#runner = database;
    this.#limit = limit;
    this.#trimEvery = Math.max(1, Math.floor(limit / 100));
  }

  async put({ nonce, audience, expiresAt }: Challenge): Promise<void> {
    await this.#runner.run(statements.put, [nonce, audience, expiresAt.getTime()]);
    this.#puts += 1;
    if (this.#puts % this.#trimEvery === 0) await this.#runner.run(statements.trim, [this.#limit]);
  }

  async take(nonce: Uint8Array): Promise<Challenge | undefined> {
    const row = await rowOf<{ audience: string; expires_at: number }>(this.#runner, statements.take, [nonce]);
    return row && { nonce, audience: row.audience, expiresAt: new Date(row.expires_at) };
  }
}
