// SPDX-License-Identifier: Apache-2.0
// Open challenges of all processes that share a data folder.

import type { Challenge, ChallengeStore } from "natalis/authenticate";
import { challengeOf, type ChallengeRow, challengeTable, challengeValues } from "../sql/challenge-row.ts";
import { openLimits } from "../sql/open-table.ts";
import { SqliteOpenTable } from "./open-table.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS challenges (
    nonce BLOB PRIMARY KEY,
    audience TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS challenges_by_expiry ON challenges (expires_at);
`;

/**
 * Bounded: when it is full, the challenges that expire first give way, so that a flood shortens the time to answer and
 * fills no disk.
 */
export class SqliteChallengeStore implements ChallengeStore {
  readonly #table: SqliteOpenTable;

  constructor(path: string, limit = openLimits.all) {
    this.#table = new SqliteOpenTable(path, schema, challengeTable, { ...openLimits, all: limit });
  }

  put(challenge: Challenge): void {
    this.#table.put(challengeValues(challenge));
  }

  take(nonce: Uint8Array): Challenge | undefined {
    const row = this.#table.take(nonce) as ChallengeRow | undefined;
    return row && challengeOf(row);
  }

  close(): void {
    this.#table.close();
  }
}
