// SPDX-License-Identifier: Apache-2.0
// The first schema (DESIGN 3.4). History can be added to and not changed, by triggers too: what protects it from a
// mistake in this software; the tree and its checkpoints protect it from everyone else.

import { type Kysely, sql } from "kysely";

const statements = [
  `CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`,

  `CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    time INTEGER NOT NULL,
    devices INTEGER NOT NULL,
    state_root BLOB NOT NULL,
    checkpoint TEXT NOT NULL
  ) STRICT`,

  `CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL
  ) STRICT`,

  `CREATE TABLE entries (
    position INTEGER PRIMARY KEY,
    type INTEGER NOT NULL,
    time INTEGER NOT NULL,
    device BLOB,
    entry BLOB NOT NULL,
    body BLOB NOT NULL,
    salt BLOB NOT NULL
  ) STRICT`,
  "CREATE INDEX entries_of_device ON entries (device) WHERE device IS NOT NULL",

  "CREATE TABLE log_tiles (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
  "CREATE TABLE state_tiles (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT",

  `CREATE TABLE devices (
    ordinal INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    product TEXT NOT NULL,
    maker TEXT NOT NULL,
    model TEXT NOT NULL,
    serial TEXT NOT NULL,
    hardware_revision TEXT,
    facility TEXT NOT NULL,
    station TEXT NOT NULL,
    custody INTEGER NOT NULL,
    key_hash BLOB NOT NULL,
    unit_tag BLOB NOT NULL,
    facts_hash BLOB NOT NULL,
    certificate_serial BLOB NOT NULL,
    certificate_hash BLOB NOT NULL,
    issuer BLOB NOT NULL,
    born_at INTEGER NOT NULL,
    born_entry INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'revoked', 'retired')),
    since INTEGER NOT NULL,
    last_entry INTEGER NOT NULL,
    owner BLOB NOT NULL
  ) STRICT`,
  // What a birth takes for ever.
  "CREATE UNIQUE INDEX devices_id ON devices (id)",
  "CREATE UNIQUE INDEX devices_key_hash ON devices (key_hash)",
  "CREATE UNIQUE INDEX devices_unit_tag ON devices (unit_tag)",
  "CREATE UNIQUE INDEX devices_certificate_serial ON devices (certificate_serial, issuer)",
  // What lists are narrowed by; each ends in the ordinal, which is the order of lists.
  "CREATE INDEX devices_serial ON devices (serial)",
  "CREATE INDEX devices_model ON devices (model)",
  "CREATE INDEX devices_station ON devices (station)",
  "CREATE INDEX devices_product ON devices (product)",
  "CREATE INDEX devices_maker ON devices (maker)",
  "CREATE INDEX devices_not_active ON devices (state) WHERE state <> 'active'",

  `CREATE TABLE authorities (
    entry INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('root', 'issuing', 'server', 'verdict')),
    key_id TEXT NOT NULL,
    certificate BLOB NOT NULL,
    certificate_hash BLOB NOT NULL UNIQUE
  ) STRICT`,

  `CREATE TABLE revocations (
    issuer TEXT NOT NULL,
    shard INTEGER NOT NULL CHECK (shard BETWEEN 0 AND 255),
    serial BLOB NOT NULL,
    reason INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL,
    invalidity_date INTEGER,
    entry INTEGER NOT NULL,
    PRIMARY KEY (issuer, shard, serial)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE shards (
    issuer TEXT NOT NULL,
    shard INTEGER NOT NULL,
    changed_by INTEGER NOT NULL,
    PRIMARY KEY (issuer, shard)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE crls (
    issuer TEXT NOT NULL,
    shard INTEGER NOT NULL,
    number INTEGER NOT NULL,
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    log_size INTEGER NOT NULL,
    der BLOB NOT NULL,
    PRIMARY KEY (issuer, shard)
  ) STRICT`,

  `CREATE TABLE operators (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'registrar', 'station', 'auditor')),
    token_hash BLOB NOT NULL UNIQUE,
    products TEXT NOT NULL,
    quota INTEGER,
    born INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
    enrolled_entry INTEGER NOT NULL,
    last_entry INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,

  refusing("entries", "UPDATE"),
  refusing("entries", "DELETE"),
  refusing("checkpoints", "UPDATE"),
  refusing("checkpoints", "DELETE"),
  refusing("devices", "DELETE"),
  refusing("authorities", "DELETE"),
  refusing("operators", "DELETE"),
  refusing("settings", "UPDATE"),
  refusing("settings", "DELETE"),
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}

function refusing(table: string, change: "UPDATE" | "DELETE"): string {
  return `CREATE TRIGGER ${table}_${change.toLowerCase()} BEFORE ${change} ON ${table}
    BEGIN SELECT RAISE(ABORT, 'this history does not change'); END`;
}
