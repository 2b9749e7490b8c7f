// SPDX-License-Identifier: Apache-2.0
// What the registry keeps so that births stay within what was allowed, and so that a second birth of anything is seen:
// counts by product line, lists of expected units, digests of evidence, and the births that were refused. Ports as in
// ports.ts; times, sizes and hashes are as there.

import type { Awaitable } from "../kernel/index.ts";
import type { DeviceRow } from "./ports.ts";

/** What is counted of one product line. */
export interface ProductCounts {
  readonly product: string;
  /** Births ever. */
  readonly born: number;
  /** Units of its list, born or not. */
  readonly expected: number;
  /** Units of its list that are born. */
  readonly expectedBorn: number;
}

/** Guarantee: the counts are those of the newest commit and of the newest change of the list, always exact. */
export interface ProductStore {
  /** One for each name, in order; zeros where nothing was counted. At most 500. @throws NAT_REGISTRY_PAGE */
  productCounts(products: readonly string[]): Awaitable<readonly ProductCounts[]>;
  /** Product lines above `after` (absent: from the first) in bytewise order. @throws NAT_REGISTRY_PAGE */
  listProducts(after: string | undefined, limit: number): Awaitable<readonly ProductCounts[]>;
}

/** Births to add to a product line's count, checked against its quota in the same transaction. */
export interface ProductBirths {
  readonly product: string;
  readonly births: number;
  /** How many of them are of its list (`CommitBatch.listed`). */
  readonly listed: number;
  /** The most that it may ever have; absent: no bound. */
  readonly quota?: number;
}

/** A unit that is to be born. A product line's list has a serial number once. */
export interface ExpectedUnit {
  readonly serial: string;
  /** Absent: any model. */
  readonly model?: string;
}

export interface ExpectedUnitRow extends ExpectedUnit {
  readonly product: string;
  /** Ordinal of the device that it was born as. */
  readonly born?: number;
}

/** What became of a unit that was to be added; "born": it was added, and a device of it was born before. */
export type ExpectOutcome = "added" | "born" | "known" | "other model";

/** What became of a unit that was to be taken off; one that is born stays. */
export type WithdrawOutcome = "withdrawn" | "born" | "absent";

export interface ExpectedUnitQuery {
  readonly product: string;
  /** Absent: both. */
  readonly state?: "born" | "left";
  /** Serial numbers above this one, bytewise; absent: from the first. */
  readonly after?: string;
  readonly limit: number;
}

/**
 * Guarantee: a commit finds a unit in its list or does not, whatever else happens at that moment: of a birth and a
 * withdrawal of one unit, one comes through. A unit that is born stays in the list and stays born.
 */
export interface ExpectationStore {
  /** One for each name, in order; undefined for those in no list. At most 500. @throws NAT_REGISTRY_PAGE */
  expectedUnits(
    names: readonly Pick<ExpectedUnitRow, "product" | "serial">[],
  ): Awaitable<readonly (ExpectedUnitRow | undefined)[]>;
  /** In bytewise order of serial numbers. @throws NAT_REGISTRY_PAGE */
  listExpected(query: ExpectedUnitQuery): Awaitable<readonly ExpectedUnitRow[]>;
  /**
   * Adds at most 500 units of different serial numbers, durably; one that is there already stays as it is. Answers one
   * outcome for each, in order. @throws NAT_REGISTRY_PAGE, NAT_REGISTRY_BUSY
   */
  expect(product: string, units: readonly ExpectedUnit[]): Awaitable<readonly ExpectOutcome[]>;
  /** Takes at most 500 different units off, durably; answers as `expect`. @throws NAT_REGISTRY_PAGE, NAT_REGISTRY_BUSY */
  withdraw(product: string, serials: readonly string[]): Awaitable<readonly WithdrawOutcome[]>;
}

/** A birth of a unit that must be in its list, of this model or of any, and not born of it, in the same transaction. */
export interface ListedBirth {
  readonly product: string;
  readonly serial: string;
  readonly model: string;
  readonly ordinal: number;
}

/** A statement of evidence that a birth came with: never twice. */
export interface EvidenceClaim {
  /** SHA-256. */
  readonly digest: Uint8Array;
  /** Ordinal of the device. */
  readonly ordinal: number;
}

/** Guarantee: evidence that a birth was committed with is found for ever. */
export interface EvidenceIndex {
  /** The device born with one of these statements, the first of them that is known. At most 64 digests. */
  birthByEvidence(digests: readonly Uint8Array[]): Awaitable<DeviceRow | undefined>;
}

/** The evidence that a birth came with, whole. */
export interface KeptEvidenceRow {
  /** Ordinal of the device. */
  readonly ordinal: number;
  readonly body: Uint8Array;
}

/** Guarantee: the evidence that a birth was committed with is there for ever, byte for byte. */
export interface KeptEvidenceStore {
  /** Of the device with this ordinal; undefined where it came with none. */
  keptEvidence(ordinal: number): Awaitable<Uint8Array | undefined>;
}

/** What makes two refused births the same attempt. */
export interface IncidentAttempt {
  readonly station: string;
  readonly code: string;
  readonly keyHash: Uint8Array;
  readonly unitTag: Uint8Array;
}

/** A birth that was refused because someone was born before, as its entry of the log tells. */
export interface IncidentRow extends IncidentAttempt {
  /** Index of the entry. */
  readonly entry: number;
  readonly time: number;
  /** The device that holds what was claimed again. */
  readonly deviceId?: Uint8Array;
  /** Refusals of this station before it that were too many to enter. */
  readonly unrecorded: number;
}

/** What a list of refused births is narrowed by: every field given must be equal. */
export interface IncidentFilter {
  readonly station?: string;
  readonly code?: string;
  readonly deviceId?: Uint8Array;
}

export interface IncidentQuery {
  /** Entries above this one; absent: from the first. */
  readonly after?: number;
  readonly limit: number;
  readonly filter?: IncidentFilter;
}

/** Guarantee: the refused births that are entered in the log, each attempt once. */
export interface IncidentStore {
  isRecorded(attempt: IncidentAttempt): Awaitable<boolean>;
  /** By entry. @throws NAT_REGISTRY_PAGE */
  listIncidents(query: IncidentQuery): Awaitable<readonly IncidentRow[]>;
}
