// SPDX-License-Identifier: Apache-2.0
// Births that wait for their evidence, of all processes that share a data folder: beside the open challenges, in a file
// that need not survive a power cut. Taking is one DELETE ... RETURNING, so of many takers one gets it.

import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { AttestationStore, OpenAttestation } from "natalis/birth";
import { attestationColumns, attestationOf, type AttestationRow, attestationValues } from "../sql/attestation-row.ts";
import { createPrivate } from "./database.ts";

const busyMilliseconds = 5000;
const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  PRAGMA secure_delete = ON;
  CREATE TABLE IF NOT EXISTS attestations (
    id BLOB PRIMARY KEY,
    station TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    key_hash BLOB NOT NULL,
    facts_hash BLOB NOT NULL,
    born_at INTEGER NOT NULL,
    nonce BLOB NOT NULL,
    secret BLOB,
    attestation_key_name BLOB,
    endorsement_key_hash BLOB
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS attestations_by_expiry ON attestations (expires_at);
`;

/** Bounded: when it is full, the attestations that expire first give way. */
export class SqliteAttestationStore implements AttestationStore {
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
    const places = attestationColumns.map(() => "?").join(", ");
    this.#insert = this.#database.prepare(
      `INSERT INTO attestations (${attestationColumns.join(", ")}) VALUES (${places}) ON CONFLICT DO NOTHING`,
    );
    this.#trim = this.#database.prepare(
      `DELETE FROM attestations WHERE id IN (SELECT id FROM attestations ORDER BY expires_at LIMIT
       max(0, (SELECT count(*) FROM attestations) - ?))`,
    );
    this.#take = this.#database.prepare(
      `DELETE FROM attestations WHERE id = ? AND station = ? RETURNING ${attestationColumns.join(", ")}`,
    );
  }

  put(attestation: OpenAttestation): void {
    this.#insert.run(...attestationValues(attestation));
    this.#trim.run(this.#limit);
  }

  take(id: Uint8Array, station: string): OpenAttestation | undefined {
    const row = this.#take.get(id, station) as AttestationRow | undefined;
    return row && attestationOf(row);
  }

  close(): void {
    this.#database.close();
  }
}
