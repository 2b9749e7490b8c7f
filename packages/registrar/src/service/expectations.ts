// SPDX-License-Identifier: Apache-2.0
// Lists of expected units: imported as they come, some hundred units a transaction, so that births go on in between. An
// import may be stopped anywhere and done again: what is in the list is known.

import type { Profile } from "natalis/issue";
import {
  type ExpectationStore,
  type ExpectedUnit,
  type ExpectOutcome,
  pageLimit,
  type WithdrawOutcome,
} from "natalis/registry";
import { serviceError } from "./errors.ts";

export interface NumberedUnit extends ExpectedUnit {
  /** Line of the import, from 1. */
  readonly line: number;
}

export interface ImportResult {
  /** Units that were read. */
  readonly units: number;
  /** Those that are new in the list, and how many of them had been born before. */
  readonly added: number;
  readonly born: number;
  /** Those that were there already, as they are. */
  readonly known: number;
  /** Those that are there with another model, and stay as they are. */
  readonly conflicts: number;
  /** The first of them. */
  readonly conflicting: readonly NumberedUnit[];
}

const shownConflicts = 100;

export class Expectations {
  readonly #store: ExpectationStore;
  readonly #profiles: ReadonlyMap<string, Profile>;

  constructor(store: ExpectationStore, profiles: ReadonlyMap<string, Profile>) {
    this.#store = store;
    this.#profiles = profiles;
  }

  /** @throws NAT_SERVICE_NOT_FOUND, NAT_REGISTRY_BUSY and what reading throws; then the units before are in the list */
  async importUnits(product: string, units: AsyncIterable<NumberedUnit>): Promise<ImportResult> {
    this.#requireProduct(product);
    const counts: Record<ExpectOutcome, number> = { added: 0, born: 0, known: 0, "other model": 0 };
    const conflicting: NumberedUnit[] = [];
    for await (const part of partsOf(units)) {
      const outcomes = await this.#store.expect(product, part.map(withoutLine));
      for (const [i, unit] of part.entries()) {
        const outcome = outcomes[i] as ExpectOutcome;
        counts[outcome] += 1;
        if (outcome === "other model" && conflicting.length < shownConflicts) conflicting.push(unit);
      }
    }
    const { added, born, known, "other model": conflicts } = counts;
    const read = added + born + known + conflicts;
    return { units: read, added: added + born, born, known, conflicts, conflicting };
  }

  /** One outcome for each, in order; at most 500 different ones. @throws NAT_SERVICE_NOT_FOUND, NAT_REGISTRY_BUSY */
  async withdraw(product: string, serials: readonly string[]): Promise<readonly WithdrawOutcome[]> {
    this.#requireProduct(product);
    return this.#store.withdraw(product, serials);
  }

  #requireProduct(product: string): void {
    if (!this.#profiles.has(product)) throw serviceError("NAT_SERVICE_NOT_FOUND", `product ${product}`);
  }
}

/** As many as a transaction takes, none of them twice. */
async function* partsOf(units: AsyncIterable<NumberedUnit>): AsyncGenerator<NumberedUnit[]> {
  let part = new Map<string, NumberedUnit>();
  for await (const unit of units) {
    if (part.size === pageLimit || part.has(unit.serial)) {
      yield [...part.values()];
      part = new Map();
    }
    part.set(unit.serial, unit);
  }
  if (part.size > 0) yield [...part.values()];
}

function withoutLine({ serial, model }: NumberedUnit): ExpectedUnit {
  return { serial, ...(model !== undefined && { model }) };
}
