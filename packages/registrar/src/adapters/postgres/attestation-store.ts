// SPDX-License-Identifier: Apache-2.0
// Births that wait for their evidence, of all processes on one database. Taking is one DELETE ... RETURNING, so of many
// takers one gets it.

import type { AttestationStore, OpenAttestation } from "natalis/birth";
import { attestationColumns, attestationOf, type AttestationRow, attestationValues } from "../sql/attestation-row.ts";
import type { PostgresDatabase } from "./database.ts";
import { type Runner, rowOf } from "./runner.ts";

const places = attestationColumns.map((_, i) => `$${i + 1}`).join(", ");
const statements = {
  put: {
    name: "put attestation",
    text: `INSERT INTO attestations (${attestationColumns.join(", ")}) VALUES (${places}) ON CONFLICT (id) DO NOTHING`,
  },
  trim: {
    name: "trim attestations",
    text: `DELETE FROM attestations WHERE id IN
      (SELECT id FROM attestations ORDER BY expires_at DESC, id OFFSET $1)`,
  },
  take: {
    name: "take attestation",
    text: `DELETE FROM attestations WHERE id = $1 AND station = $2 RETURNING ${attestationColumns.join(", ")}`,
  },
} as const;

/**
 * Bounded: when it is full, the attestations that expire first give way. It is trimmed now and then, and may stand a
 * hundredth above its limit for each process in between.
 */
export class PostgresAttestationStore implements AttestationStore {
  readonly #runner: Runner;
  readonly #limit: number;
  readonly #trimEvery: number;
  #puts = 0;

  constructor(database: PostgresDatabase, limit = 100_000) {
    this.#runner = database;
    this.#limit = limit;
    this.#trimEvery = Math.max(1, Math.floor(limit / 100));
  }

  async put(attestation: OpenAttestation): Promise<void> {
    await this.#runner.run(statements.put, attestationValues(attestation));
    this.#puts += 1;
    if (this.#puts % this.#trimEvery === 0) await this.#runner.run(statements.trim, [this.#limit]);
  }

  async take(id: Uint8Array, station: string): Promise<OpenAttestation | undefined> {
    const row = await rowOf<AttestationRow>(this.#runner, statements.take, [id, station]);
    return row && attestationOf(row);
  }
}
