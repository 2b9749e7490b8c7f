// SPDX-License-Identifier: Apache-2.0
// The part of a draft that keeps births within what was allowed: what earlier events of the batch used up of quotas and
// lists, the evidence they came with, and the refused births among them. It asks the registry only where a birth's terms
// make it: of a product line without quota and list, nothing.

import { toHex } from "../kernel/index.ts";
import type {
  EvidenceClaim,
  ExpectationStore,
  ExpectedUnitRow,
  IncidentAttempt,
  IncidentRow,
  IncidentStore,
  KeptEvidenceRow,
  ListedBirth,
  ProductBirths,
  ProductStore,
} from "./admission-ports.ts";
import { registryError } from "./errors.ts";
import type { BornEvent } from "./events.ts";
import { type CommitBatch, pageLimit } from "./ports.ts";

/** What planning asks of the registry. */
export interface AdmissionStores {
  readonly products: Pick<ProductStore, "productCounts">;
  readonly expectations: Pick<ExpectationStore, "expectedUnits">;
  readonly incidents: Pick<IncidentStore, "isRecorded">;
}

type Unit = Pick<ExpectedUnitRow, "product" | "serial">;

export class DraftAdmission {
  readonly #stores: AdmissionStores;
  readonly #births = new Map<string, ProductBirths>();
  /** Births before this batch, of product lines with a quota. */
  readonly #bornBefore = new Map<string, number>();
  /** Rows of the lists as this batch leaves them, by `unitKey`. */
  readonly #units = new Map<string, ExpectedUnitRow | undefined>();
  readonly #listed: ListedBirth[] = [];
  readonly #evidence: EvidenceClaim[] = [];
  readonly #keptEvidence: KeptEvidenceRow[] = [];
  /** By `attemptKey`. */
  readonly #incidents = new Map<string, IncidentRow>();

  constructor(stores: AdmissionStores) {
    this.#stores = stores;
  }

  /** Looks all units up that must be in a list, as few times as it can be done. */
  async lookUp(events: readonly BornEvent[]): Promise<void> {
    const listed = events.filter(({ terms }) => terms?.listed === true);
    for (let at = 0; at < listed.length; at += pageLimit) {
      const names = listed.slice(at, at + pageLimit).map(({ device: { product, serial } }) => ({ product, serial }));
      const rows = await this.#stores.expectations.expectedUnits(names);
      for (const [i, name] of names.entries()) this.#units.set(unitKey(name), rows[i]);
    }
  }

  /** Why a birth is not within its terms; undefined where it is. */
  async refusalOf({ device, terms }: BornEvent): Promise<Error | undefined> {
    if (terms === undefined) return undefined;
    const { product, model, serial } = device;
    const unit = terms.listed ? this.#units.get(unitKey(device)) : undefined;
    const isExpected = unit !== undefined && unit.born === undefined && (unit.model ?? model) === model;
    if (terms.listed && !isExpected) return registryError("NAT_REGISTRY_NOT_EXPECTED", `${product}: ${serial}`);
    if (terms.quota === undefined) return undefined;
    const born = (await this.#bornOf(product)) + (this.#births.get(product)?.births ?? 0);
    if (born < terms.quota) return undefined;
    return registryError("NAT_REGISTRY_PRODUCT_QUOTA", `${product}: ${born} of ${terms.quota}`);
  }

  addBirth({ device, terms, evidence = [], keptEvidence }: BornEvent, ordinal: number): void {
    const { product, model, serial } = device;
    const { births = 0, listed = 0 } = this.#births.get(product) ?? {};
    const isListed = terms?.listed === true;
    const quota = terms?.quota === undefined ? {} : { quota: terms.quota };
    this.#births.set(product, { product, births: births + 1, listed: listed + Number(isListed), ...quota });
    for (const digest of evidence) this.#evidence.push({ digest, ordinal });
    if (keptEvidence !== undefined) this.#keptEvidence.push({ ordinal, body: keptEvidence });
    if (!isListed) return;
    this.#listed.push({ product, serial, model, ordinal });
    this.#units.set(unitKey(device), { product, serial, born: ordinal });
  }

  async isRecorded(attempt: IncidentAttempt): Promise<boolean> {
    return this.#incidents.has(attemptKey(attempt)) || this.#stores.incidents.isRecorded(attempt);
  }

  addIncident(row: IncidentRow): void {
    this.#incidents.set(attemptKey(row), row);
  }

  rows(): Pick<CommitBatch, "products" | "listed" | "evidence" | "keptEvidence" | "incidents"> {
    return {
      products: [...this.#births.values()],
      listed: this.#listed,
      evidence: this.#evidence,
      keptEvidence: this.#keptEvidence,
      incidents: [...this.#incidents.values()],
    };
  }

  async #bornOf(product: string): Promise<number> {
    const known = this.#bornBefore.get(product);
    if (known !== undefined) return known;
    const [counts] = await this.#stores.products.productCounts([product]);
    const born = counts?.born ?? 0;
    this.#bornBefore.set(product, born);
    return born;
  }
}

function unitKey({ product, serial }: Unit): string {
  return `${product} ${serial}`;
}

/** One text for one attempt. */
export function attemptKey({ station, code, keyHash, unitTag }: IncidentAttempt): string {
  return `${station} ${code} ${toHex(keyHash)} ${toHex(unitTag)}`;
}
