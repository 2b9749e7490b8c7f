// SPDX-License-Identifier: Apache-2.0
// Open challenges of all processes that share a data folder: a file of its own, since challenges live a minute and need
// not survive a power cut. Taking is one DELETE ... RETURNING, so of many takers one gets it.

import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Challenge, ChallengeStore } from "natalis/authenticate";
import { createPrivate } from "./database.ts";

const busyMilliseconds = 5000;
const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
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
  readonly #database: DatabaseSync;
  readonly #limit: number;
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;
  readonly #take: StatementSync;

  constructor(path: string, limit = 100_000) {
    createPrivate(path);
    this.#database = new DatabaseSync(path, { timeout: busyMilliseconds, defensive: true });
    this.#database.exec(schema);
    this.#limit = limit;
    this.#insert = this.#database.prepare("INSERT INTO challenges (nonce, audience, expires_at) VALUES (?, ?, ?)");
    this.#trim = this.#database.prepare(
      `DELETE FROM challenges WHERE nonce IN (SELECT nonce FROM challenges ORDER BY expires_at LIMIT
       max(0, (SELECT count(*) FROM challenges) - ?))`,
    );
    this.#take = this.#database.prepare("DELETE FROM challenges WHERE nonce = ? RETURNING audience, expires_at");
  }

  put({ nonce, audience, expiresAt }: Challenge): void {
    this.#insert.run(nonce, audience, expiresAt.getTime());
    this.#trim.run(this.#limit);
  }

  take(nonce: Uint8Array): Challenge | undefined {
    const row = this.#take.get(nonce);
    if (row === undefined) return undefined;
    return { nonce, audience: String(row.audience), expiresAt: new Date(Number(row.expires_at)) };
  }

  close(): void {
    this.#database.close();
  }
}
