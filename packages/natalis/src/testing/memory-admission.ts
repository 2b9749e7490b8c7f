// SPDX-License-Identifier: Apache-2.0
// The part of the forgetful registry (memory-registry.ts) that counts product lines, keeps lists of expected units, and
// remembers evidence and refused births.

import { equalBytes, toHex } from "../kernel/index.ts";
import {
  attemptKey,
  type CommitBatch,
  type DeviceRow,
  type ExpectationStore,
  type ExpectedUnit,
  type ExpectedUnitQuery,
  type ExpectedUnitRow,
  type ExpectOutcome,
  type IncidentAttempt,
  type IncidentQuery,
  type IncidentRow,
  type IncidentStore,
  type ListedBirth,
  pageLimit,
  type ProductBirths,
  type ProductCounts,
  type ProductStore,
  registryError,
  type KeptEvidenceStore,
  type WithdrawOutcome,
} from "../registry/index.ts";

export interface AdmissionTables {
  readonly products: Map<string, ProductCounts>;
  /** By product line and serial number. */
  readonly expected: Map<string, ExpectedUnitRow>;
  /** Ordinals by digest, hexadecimal. */
  readonly evidence: Map<string, number>;
  /** By ordinal. */
  readonly keptEvidence: Map<number, Uint8Array>;
  readonly incidents: IncidentRow[];
}

export function emptyAdmissionTables(): AdmissionTables {
  return { products: new Map(), expected: new Map(), evidence: new Map(), keptEvidence: new Map(), incidents: [] };
}

export class VolatileInsecureAdmission implements ProductStore, ExpectationStore, IncidentStore, KeptEvidenceStore {
  readonly #tables: AdmissionTables;
  readonly #devices: readonly DeviceRow[];

  constructor(tables: AdmissionTables, devices: readonly DeviceRow[]) {
    this.#tables = tables;
    this.#devices = devices;
  }

  productCounts(products: readonly string[]): ProductCounts[] {
    requireBulk(products.length);
    return products.map((product) => this.#counts(product));
  }

  listProducts(after: string | undefined, limit: number): ProductCounts[] {
    requirePage(limit);
    return [...this.#tables.products.values()]
      .filter(({ product }) => after === undefined || product > after)
      .sort((a, b) => (a.product < b.product ? -1 : 1))
      .slice(0, limit);
  }

  expectedUnits(names: readonly Pick<ExpectedUnitRow, "product" | "serial">[]): (ExpectedUnitRow | undefined)[] {
    requireBulk(names.length);
    return names.map((name) => this.#tables.expected.get(unitKey(name)));
  }

  listExpected({ product, state, after, limit }: ExpectedUnitQuery): ExpectedUnitRow[] {
    requirePage(limit);
    return [...this.#tables.expected.values()]
      .filter((row) => row.product === product && (after === undefined || row.serial > after))
      .filter(({ born }) => state === undefined || (state === "born") === (born !== undefined))
      .sort((a, b) => (a.serial < b.serial ? -1 : 1))
      .slice(0, limit);
  }

  expect(product: string, units: readonly ExpectedUnit[]): ExpectOutcome[] {
    requireBulk(units.length);
    return units.map((unit) => this.#expect(product, unit));
  }

  withdraw(product: string, serials: readonly string[]): WithdrawOutcome[] {
    requireBulk(serials.length);
    return serials.map((serial) => this.#withdraw(product, serial));
  }

  birthByEvidence(digests: readonly Uint8Array[]): DeviceRow | undefined {
    const ordinal = digests
      .map((digest) => this.#tables.evidence.get(toHex(digest)))
      .find((found) => found !== undefined);
    return ordinal === undefined ? undefined : this.#devices[ordinal];
  }

  isRecorded(attempt: IncidentAttempt): boolean {
    return this.#tables.incidents.some((row) => attemptKey(row) === attemptKey(attempt));
  }

  listIncidents({ after = -1, limit, filter = {} }: IncidentQuery): IncidentRow[] {
    requirePage(limit);
    const { station, code, deviceId } = filter;
    const isDevice = (row: IncidentRow) =>
      row.deviceId !== undefined && equalBytes(row.deviceId, deviceId ?? row.deviceId);
    return this.#tables.incidents
      .filter(({ entry }) => entry > after)
      .filter((row) => row.station === (station ?? row.station) && row.code === (code ?? row.code))
      .filter((row) => deviceId === undefined || isDevice(row))
      .slice(0, limit);
  }

  keptEvidence(ordinal: number): Uint8Array | undefined {
    return this.#tables.keptEvidence.get(ordinal);
  }

  /** @throws NAT_REGISTRY_PRODUCT_QUOTA, NAT_REGISTRY_NOT_EXPECTED, NAT_REGISTRY_DUPLICATE */
  requireCommittable({ products, listed, evidence, incidents }: CommitBatch): void {
    for (const { product, births, quota = Number.POSITIVE_INFINITY } of products)
      if (this.#counts(product).born + births > quota) throw registryError("NAT_REGISTRY_PRODUCT_QUOTA", product);
    const taken = new Set<string>();
    for (const unit of listed) {
      if (taken.has(unitKey(unit)) || !this.#expects(unit))
        throw registryError("NAT_REGISTRY_NOT_EXPECTED", unit.serial);
      taken.add(unitKey(unit));
    }
    const digests = evidence.map(({ digest }) => toHex(digest));
    const isUsed = digests.some((digest, i) => this.#tables.evidence.has(digest) || digests.indexOf(digest) !== i);
    if (isUsed) throw registryError("NAT_REGISTRY_DUPLICATE", "evidence");
    if (incidents.some((row) => this.isRecorded(row))) throw registryError("NAT_REGISTRY_DUPLICATE", "refusal");
  }

  apply({ products, listed, evidence, keptEvidence, incidents }: CommitBatch): void {
    for (const count of products) this.#count(count);
    for (const unit of listed) {
      const row = this.#tables.expected.get(unitKey(unit));
      if (row !== undefined) this.#tables.expected.set(unitKey(unit), { ...row, born: unit.ordinal });
    }
    for (const { digest, ordinal } of evidence) this.#tables.evidence.set(toHex(digest), ordinal);
    for (const { ordinal, body } of keptEvidence) this.#tables.keptEvidence.set(ordinal, body);
    this.#tables.incidents.push(...incidents);
  }

  #counts(product: string): ProductCounts {
    return this.#tables.products.get(product) ?? { product, born: 0, expected: 0, expectedBorn: 0 };
  }

  #count({ product, births, listed }: ProductBirths): void {
    const { born, expected, expectedBorn } = this.#counts(product);
    this.#tables.products.set(product, { product, born: born + births, expected, expectedBorn: expectedBorn + listed });
  }

  #expects({ product, serial, model }: ListedBirth): boolean {
    const row = this.#tables.expected.get(unitKey({ product, serial }));
    return row !== undefined && row.born === undefined && (row.model ?? model) === model;
  }

  #expect(product: string, { serial, model }: ExpectedUnit): ExpectOutcome {
    const known = this.#tables.expected.get(unitKey({ product, serial }));
    if (known !== undefined) return known.model === model ? "known" : "other model";
    const isOfUnit = (row: DeviceRow) =>
      row.product === product && row.serial === serial && row.model === (model ?? row.model);
    const born = this.#devices.find(isOfUnit)?.ordinal;
    const row = { product, serial, ...(model !== undefined && { model }), ...(born !== undefined && { born }) };
    this.#tables.expected.set(unitKey(row), row);
    const { expected, expectedBorn, ...counts } = this.#counts(product);
    const bornNow = expectedBorn + Number(born !== undefined);
    this.#tables.products.set(product, { ...counts, expected: expected + 1, expectedBorn: bornNow });
    return born === undefined ? "added" : "born";
  }

  #withdraw(product: string, serial: string): WithdrawOutcome {
    const row = this.#tables.expected.get(unitKey({ product, serial }));
    if (row === undefined) return "absent";
    if (row.born !== undefined) return "born";
    this.#tables.expected.delete(unitKey(row));
    const counts = this.#counts(product);
    this.#tables.products.set(product, { ...counts, expected: counts.expected - 1 });
    return "withdrawn";
  }
}

function unitKey({ product, serial }: Pick<ExpectedUnitRow, "product" | "serial">): string {
  return `${product} ${serial}`;
}

function requirePage(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > pageLimit)
    throw registryError("NAT_REGISTRY_PAGE", String(limit));
}

function requireBulk(count: number): void {
  if (count > pageLimit) throw registryError("NAT_REGISTRY_PAGE", `${count} at once`);
}
