// SPDX-License-Identifier: Apache-2.0
// Births that wait for their evidence, of all processes on one database.

import type { AttestationStore, OpenAttestation } from "natalis/birth";
import { attestationOf, type AttestationRow, attestationTable, attestationValues } from "../sql/attestation-row.ts";
import { openLimits } from "../sql/open-table.ts";
import { PostgresOpenTable } from "./open-table.ts";
import type { Runner } from "./runner.ts";

/** Bounded, of each station and of all: what expires first gives way, of the station that has the most. */
export class PostgresAttestationStore implements AttestationStore {
  readonly #table: PostgresOpenTable;

  constructor(runner: Runner, limits = openLimits) {
    this.#table = new PostgresOpenTable(runner, attestationTable, limits);
  }

  put(attestation: OpenAttestation): Promise<void> {
    return this.#table.put(attestationValues(attestation), attestation.station);
  }

  async take(id: Uint8Array, station: string): Promise<OpenAttestation | undefined> {
    const row = await this.#table.take<AttestationRow>(id, station);
    return row && attestationOf(row);
  }
}
