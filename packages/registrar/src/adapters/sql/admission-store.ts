// SPDX-License-Identifier: Apache-2.0
// Counts of product lines, lists of expected units, kept evidence and refused births, as both databases are asked for them: rarely, and
// a page at a time.

import {
  type ExpectedUnitQuery,
  type ExpectedUnitRow,
  type IncidentAttempt,
  type IncidentQuery,
  type IncidentRow,
  type IncidentStore,
  type KeptEvidenceStore,
  pageLimit,
  type ProductCounts,
  type ProductStore,
  registryError,
} from "natalis/registry";
import { requirePage } from "./page.ts";
import type { RegistryQueries } from "./queries.ts";
import type { ExpectedUnitsTable, IncidentsTable, ProductsTable } from "./schema.ts";

export class SqlProductStore implements ProductStore {
  readonly #queries;

  constructor(queries: RegistryQueries) {
    this.#queries = queries;
  }

  async productCounts(products: readonly string[]): Promise<ProductCounts[]> {
    requireBulk(products.length);
    if (products.length === 0) return [];
    const query = this.#queries.selectFrom("products").selectAll().where("product", "in", products);
    const found = new Map((await query.execute()).map((row) => [row.product, countsOf(row)]));
    return products.map((product) => found.get(product) ?? { product, born: 0, expected: 0, expectedBorn: 0 });
  }

  async listProducts(after: string | undefined, limit: number): Promise<ProductCounts[]> {
    requirePage(limit);
    // A name is never empty, so the empty text comes before all.
    const query = this.#queries
      .selectFrom("products")
      .selectAll()
      .where("product", ">", after ?? "");
    return (await query.orderBy("product").limit(limit).execute()).map(countsOf);
  }
}

export class SqlIncidentStore implements IncidentStore {
  readonly #queries;

  constructor(queries: RegistryQueries) {
    this.#queries = queries;
  }

  async isRecorded({ station, code, keyHash, unitTag }: IncidentAttempt): Promise<boolean> {
    const query = this.#queries
      .selectFrom("incidents")
      .select("entry")
      .where("key_hash", "=", keyHash)
      .where("unit_tag", "=", unitTag)
      .where("station", "=", station)
      .where("code", "=", code);
    return (await query.executeTakeFirst()) !== undefined;
  }

  async listIncidents({ after = -1, limit, filter = {} }: IncidentQuery): Promise<IncidentRow[]> {
    requirePage(limit);
    const { station, code, deviceId } = filter;
    let query = this.#queries.selectFrom("incidents").selectAll().where("entry", ">", after);
    if (deviceId !== undefined) query = query.where("device", "=", deviceId);
    if (station !== undefined) query = query.where("station", "=", station);
    if (code !== undefined) query = query.where("code", "=", code);
    return (await query.orderBy("entry").limit(limit).execute()).map(incidentOf);
  }
}

export class SqlKeptEvidenceStore implements KeptEvidenceStore {
  readonly #queries;

  constructor(queries: RegistryQueries) {
    this.#queries = queries;
  }

  async keptEvidence(ordinal: number): Promise<Uint8Array | undefined> {
    const query = this.#queries.selectFrom("kept_evidence").select("body").where("ordinal", "=", ordinal);
    return (await query.executeTakeFirst())?.body;
  }
}

export async function listExpected(
  queries: RegistryQueries,
  { product, state, after = "", limit }: ExpectedUnitQuery,
): Promise<ExpectedUnitRow[]> {
  requirePage(limit);
  const all = queries.selectFrom("expected_units").selectAll().where("product", "=", product);
  const query = state === undefined ? all : all.where("born", state === "born" ? "is not" : "is", null);
  const rows = await query.where("serial", ">", after).orderBy("serial").limit(limit).execute();
  return rows.map(expectedUnitOf);
}

/** @throws NAT_REGISTRY_PAGE */
export function requireBulk(count: number): void {
  if (count > pageLimit) throw registryError("NAT_REGISTRY_PAGE", `${count} at once`);
}

export function expectedUnitOf({ product, serial, model, born }: ExpectedUnitsTable): ExpectedUnitRow {
  return { product, serial, ...(model !== null && { model }), ...(born !== null && { born }) };
}

function countsOf({ product, born, expected, expected_born: expectedBorn }: ProductsTable): ProductCounts {
  return { product, born, expected, expectedBorn };
}

function incidentOf(row: IncidentsTable): IncidentRow {
  const { entry, time, station, code, unrecorded } = row;
  const device = row.device === null ? {} : { deviceId: row.device };
  return { entry, time, station, code, keyHash: row.key_hash, unitTag: row.unit_tag, ...device, unrecorded };
}
