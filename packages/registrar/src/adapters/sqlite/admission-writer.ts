// SPDX-License-Identifier: Apache-2.0
// The part of a commit that keeps births within what was allowed: counts of product lines, units of their lists,
// evidence, refused births. Each condition is part of the change, so that whoever came before is seen.

import type { DatabaseSync } from "node:sqlite";
import {
  type CommitBatch,
  type IncidentRow,
  type ListedBirth,
  type ProductBirths,
  registryError,
} from "natalis/registry";
import { prepareChange } from "./prepared.ts";

const countBirths = `INSERT INTO products (product, born, expected, expected_born)
  SELECT ?1, ?2, 0, ?3 WHERE ?4 IS NULL OR ?2 <= ?4
  ON CONFLICT (product) DO UPDATE SET born = born + ?2, expected_born = expected_born + ?3
  WHERE ?4 IS NULL OR born + ?2 <= ?4`;

const takeUnit = `UPDATE expected_units SET born = ?1
  WHERE product = ?2 AND serial = ?3 AND born IS NULL AND (model IS NULL OR model = ?4)`;

const insertIncident = `INSERT INTO incidents (entry, time, station, code, key_hash, unit_tag, device, unrecorded)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

export class AdmissionWriter {
  readonly #count;
  readonly #take;
  readonly #evidence;
  readonly #keptEvidence;
  readonly #incident;

  constructor(database: DatabaseSync) {
    this.#count = prepareChange(database, countBirths);
    this.#take = prepareChange(database, takeUnit);
    this.#evidence = prepareChange(database, "INSERT INTO evidence (digest, ordinal) VALUES (?, ?)");
    this.#keptEvidence = prepareChange(database, "INSERT INTO kept_evidence (ordinal, body) VALUES (?, ?)");
    this.#incident = prepareChange(database, insertIncident);
  }

  /** @throws NAT_REGISTRY_PRODUCT_QUOTA, NAT_REGISTRY_NOT_EXPECTED */
  write({ products, listed, evidence, keptEvidence, incidents }: CommitBatch): void {
    for (const births of products) this.#countBirths(births);
    for (const unit of listed) this.#takeUnit(unit);
    for (const { digest, ordinal } of evidence) this.#evidence.run(digest, ordinal);
    for (const { ordinal, body } of keptEvidence) this.#keptEvidence.run(ordinal, body);
    for (const row of incidents) this.#writeIncident(row);
  }

  #countBirths({ product, births, listed, quota }: ProductBirths): void {
    if (this.#count.run(product, births, listed, quota ?? null) === 0)
      throw registryError("NAT_REGISTRY_PRODUCT_QUOTA", product);
  }

  #takeUnit({ product, serial, model, ordinal }: ListedBirth): void {
    if (this.#take.run(ordinal, product, serial, model) === 0)
      throw registryError("NAT_REGISTRY_NOT_EXPECTED", `${product}: ${serial}`);
  }

  #writeIncident(row: IncidentRow): void {
    const { entry, time, station, code, keyHash, unitTag, deviceId, unrecorded } = row;
    this.#incident.run(entry, time, station, code, keyHash, unitTag, deviceId ?? null, unrecorded);
  }
}
