// SPDX-License-Identifier: Apache-2.0
// The tables as the query builder and the prepared statements see them; migrations/ makes them. Keys rise with time
// (ordinals, positions in the log), since a key that falls anywhere costs a page of its own for every row.

import type { AuthorityKind, DeviceState, OperatorRole, OperatorRow } from "natalis/registry";

/** One row: where the log stands. */
export interface HeadTable {
  readonly id: 1;
  readonly size: number;
  readonly root: Uint8Array;
  readonly time: number;
  readonly devices: number;
  readonly state_root: Uint8Array;
  readonly checkpoint: string;
}

export interface CheckpointsTable {
  readonly size: number;
  readonly note: string;
}

export interface EntriesTable {
  readonly position: number;
  readonly type: number;
  readonly time: number;
  readonly device: Uint8Array | null;
  readonly entry: Uint8Array;
  readonly body: Uint8Array;
  readonly salt: Uint8Array;
}

/** `id` holds level and index in one integer (`tileNumber`). */
export interface TilesTable {
  readonly id: number;
  readonly bytes: Uint8Array;
}

export interface DevicesTable {
  readonly ordinal: number;
  readonly id: Uint8Array;
  readonly product: string;
  readonly maker: string;
  readonly model: string;
  readonly serial: string;
  readonly hardware_revision: string | null;
  readonly facility: string;
  readonly station: string;
  readonly custody: number;
  readonly key_hash: Uint8Array;
  readonly unit_tag: Uint8Array;
  readonly facts_hash: Uint8Array;
  readonly certificate_serial: Uint8Array;
  readonly certificate_hash: Uint8Array;
  /** Key identifier, its bytes: half as long as the text, in an index that every birth grows. */
  readonly issuer: Uint8Array;
  readonly born_at: number;
  readonly born_entry: number;
  readonly state: DeviceState;
  readonly since: number;
  readonly last_entry: number;
  readonly owner: Uint8Array;
}

export interface AuthoritiesTable {
  readonly entry: number;
  readonly kind: AuthorityKind;
  readonly key_id: string;
  readonly certificate: Uint8Array;
  readonly certificate_hash: Uint8Array;
}

export interface RevocationsTable {
  readonly issuer: string;
  readonly shard: number;
  readonly serial: Uint8Array;
  readonly reason: number;
  readonly revoked_at: number;
  readonly invalidity_date: number | null;
  readonly entry: number;
}

/** The newest entry that changed a shard. */
export interface ShardsTable {
  readonly issuer: string;
  readonly shard: number;
  readonly changed_by: number;
}

export interface CrlsTable {
  readonly issuer: string;
  readonly shard: number;
  readonly number: number;
  readonly this_update: number;
  readonly next_update: number;
  readonly log_size: number;
  readonly der: Uint8Array;
}

export interface OperatorsTable {
  readonly id: string;
  readonly name: string;
  readonly role: OperatorRole;
  /** This, the next, or both. */
  readonly token_hash: Uint8Array | null;
  readonly certificate_hash: Uint8Array | null;
  /** JSON array of text. */
  readonly products: string;
  readonly quota: number | null;
  readonly born: number;
  readonly state: OperatorRow["state"];
  readonly enrolled_entry: number;
  readonly last_entry: number;
  readonly not_before: number | null;
  readonly not_after: number | null;
}

export interface ProductsTable {
  readonly product: string;
  readonly born: number;
  readonly expected: number;
  readonly expected_born: number;
}

export interface ExpectedUnitsTable {
  readonly product: string;
  readonly serial: string;
  readonly model: string | null;
  /** Ordinal of the device. */
  readonly born: number | null;
}

export interface EvidenceTable {
  readonly digest: Uint8Array;
  readonly ordinal: number;
}

/** By the device's ordinal. */
export interface KeptEvidenceTable {
  readonly ordinal: number;
  readonly body: Uint8Array;
}

export interface IncidentsTable {
  readonly entry: number;
  readonly time: number;
  readonly station: string;
  readonly code: string;
  readonly key_hash: Uint8Array;
  readonly unit_tag: Uint8Array;
  readonly device: Uint8Array | null;
  readonly unrecorded: number;
}

export interface SettingsTable {
  readonly name: string;
  readonly value: string;
}

export interface RegistryTables {
  readonly head: HeadTable;
  readonly checkpoints: CheckpointsTable;
  readonly entries: EntriesTable;
  readonly log_tiles: TilesTable;
  readonly state_tiles: TilesTable;
  readonly devices: DevicesTable;
  readonly authorities: AuthoritiesTable;
  readonly revocations: RevocationsTable;
  readonly shards: ShardsTable;
  readonly crls: CrlsTable;
  readonly operators: OperatorsTable;
  readonly products: ProductsTable;
  readonly expected_units: ExpectedUnitsTable;
  readonly evidence: EvidenceTable;
  readonly kept_evidence: KeptEvidenceTable;
  readonly incidents: IncidentsTable;
  readonly settings: SettingsTable;
}
