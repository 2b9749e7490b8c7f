// SPDX-License-Identifier: Apache-2.0
// Walks the stored rows of refused births beside the log: each entry of one must have the row that repeats it, and no
// row may be of none. A page is in memory at a time, however many there are.

import { encodeCbor } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import type { IncidentRow, IncidentStore } from "../admission-ports.ts";
import { pageLimit } from "../ports.ts";
import type { Findings } from "./report.ts";

export class IncidentWalk {
  readonly #findings: Findings;
  readonly #incidents: Pick<IncidentStore, "listIncidents">;
  #page: readonly IncidentRow[] = [];
  #next = 0;
  #after = -1;

  constructor(findings: Findings, incidents: Pick<IncidentStore, "listIncidents">) {
    this.#findings = findings;
    this.#incidents = incidents;
  }

  /** The log has this refused birth. */
  async meet(told: IncidentRow): Promise<void> {
    let stored = await this.#take(told.entry);
    while (stored !== undefined && stored.entry < told.entry) {
      this.#tellSpare(stored);
      stored = await this.#take(told.entry);
    }
    const isSame = stored !== undefined && equalBytes(bytesOf(stored), bytesOf(told));
    this.#findings.require(isSame, "incident", told.entry, "The row is missing, or not what the log tells.");
  }

  /** The log ends here: no row may be left. */
  async end(): Promise<void> {
    for (let row = await this.#take(); row !== undefined; row = await this.#take()) this.#tellSpare(row);
  }

  /** The next row of at most this entry. */
  async #take(most = Number.POSITIVE_INFINITY): Promise<IncidentRow | undefined> {
    if (this.#next === this.#page.length) {
      this.#page = await this.#incidents.listIncidents({ after: this.#after, limit: pageLimit });
      this.#next = 0;
    }
    const row = this.#page[this.#next];
    if (row === undefined || row.entry > most) return undefined;
    this.#next += 1;
    this.#after = row.entry;
    return row;
  }

  #tellSpare({ entry }: IncidentRow): void {
    this.#findings.add("incident", entry, "The row is of no refused birth.");
  }
}

function bytesOf({ entry, time, station, code, keyHash, unitTag, deviceId, unrecorded }: IncidentRow): Uint8Array {
  return encodeCbor([entry, time, station, code, keyHash, unitTag, deviceId ?? null, unrecorded]);
}
