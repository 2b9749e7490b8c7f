// SPDX-License-Identifier: Apache-2.0
// Births that wait for their evidence, of all processes that share a data folder: in the file of the challenges.

import type { AttestationStore, OpenAttestation } from "natalis/birth";
import { attestationOf, type AttestationRow, attestationTable, attestationValues } from "../sql/attestation-row.ts";
import { openLimits } from "../sql/open-table.ts";
import { SqliteOpenTable } from "./open-table.ts";

const schema = `
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
  DROP INDEX IF EXISTS attestations_by_expiry;
  CREATE INDEX IF NOT EXISTS attestations_by_station ON attestations (station, expires_at);
`;

/** Bounded, of each station and of all: what expires first gives way, of the station that has the most. */
export class SqliteAttestationStore implements AttestationStore {
  readonly #table: SqliteOpenTable;

  constructor(path: string, limits = openLimits) {
    this.#table = new SqliteOpenTable(path, schema, attestationTable, limits);
  }

  put(attestation: OpenAttestation): void {
    this.#table.put(attestationValues(attestation), attestation.station);
  }

  take(id: Uint8Array, station: string): OpenAttestation | undefined {
    const row = this.#table.take(id, station) as AttestationRow | undefined;
    return row && attestationOf(row);
  }

  close(): void {
    this.#table.close();
  }
}
