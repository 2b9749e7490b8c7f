// SPDX-License-Identifier: Apache-2.0
// Open challenges of all processes on one database.

import type { Challenge, ChallengeStore } from "natalis/authenticate";
import { challengeOf, type ChallengeRow, challengeTable, challengeValues } from "../sql/challenge-row.ts";
import { openLimits } from "../sql/open-table.ts";
import { PostgresOpenTable } from "./open-table.ts";
import type { Runner } from "./runner.ts";

/**
 * Bounded: when it is full, the challenges that expire first give way, so that a flood shortens the time to answer and
 * fills no disk.
 */
export class PostgresChallengeStore implements ChallengeStore {
  readonly #table: PostgresOpenTable;

  constructor(runner: Runner, limit = openLimits.all) {
    this.#table = new PostgresOpenTable(runner, challengeTable, { ...openLimits, all: limit });
  }

  put(challenge: Challenge): Promise<void> {
    return this.#table.put(challengeValues(challenge));
  }

  async take(nonce: Uint8Array): Promise<Challenge | undefined> {
    const row = await this.#table.take<ChallengeRow>(nonce);
    return row && challengeOf(row);
  }
}
