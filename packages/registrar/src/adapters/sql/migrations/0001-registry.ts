// SPDX-License-Identifier: Apache-2.0
// The first schema (DESIGN 3.4). History can be added to and not changed, by triggers too: what protects it from a
// mistake in this software; the tree and its checkpoints protect it from everyone else.

import type { Migration } from "kysely/migration";
import { execute } from "../execute.ts";
import type { SqlWords } from "../words.ts";

const statements = (words: SqlWords): readonly string[] => [
  ...words.before,
  ...history(words),
  ...devices(words),
  ...certificates(words),
  operators(words),
  ...triggers(words),
  ...words.after,
];

const history = (words: SqlWords): readonly string[] => [
  `CREATE TABLE settings (
    name ${words.text} PRIMARY KEY,
    value ${words.text} NOT NULL
  )${words.keyedTable}`,

  `CREATE TABLE head (
    id ${words.integer} PRIMARY KEY CHECK (id = 1),
    size ${words.integer} NOT NULL,
    root ${words.bytes} NOT NULL,
    time ${words.integer} NOT NULL,
    devices ${words.integer} NOT NULL,
    state_root ${words.bytes} NOT NULL,
    checkpoint ${words.text} NOT NULL
  )${words.table}`,

  `CREATE TABLE checkpoints (
    size ${words.integer} PRIMARY KEY,
    note ${words.text} NOT NULL
  )${words.table}`,

  `CREATE TABLE entries (
    position ${words.integer} PRIMARY KEY,
    type ${words.integer} NOT NULL,
    time ${words.integer} NOT NULL,
    device ${words.bytes},
    entry ${words.bytes} NOT NULL,
    body ${words.bytes} NOT NULL,
    salt ${words.bytes} NOT NULL
  )${words.table}`,
  `CREATE INDEX entries_of_device ON entries (${words.inOrder("device", "position")}) WHERE device IS NOT NULL`,

  `CREATE TABLE log_tiles (id ${words.integer} PRIMARY KEY, bytes ${words.bytes} NOT NULL)${words.table}`,
  `CREATE TABLE state_tiles (id ${words.integer} PRIMARY KEY, bytes ${words.bytes} NOT NULL)${words.table}`,
];

const devices = (words: SqlWords): readonly string[] => [
  `CREATE TABLE devices (
    ordinal ${words.integer} PRIMARY KEY,
    id ${words.bytes} NOT NULL,
    product ${words.text} NOT NULL,
    maker ${words.text} NOT NULL,
    model ${words.text} NOT NULL,
    serial ${words.text} NOT NULL,
    hardware_revision ${words.text},
    facility ${words.text} NOT NULL,
    station ${words.text} NOT NULL,
    custody ${words.integer} NOT NULL,
    key_hash ${words.bytes} NOT NULL,
    unit_tag ${words.bytes} NOT NULL,
    facts_hash ${words.bytes} NOT NULL,
    certificate_serial ${words.bytes} NOT NULL,
    certificate_hash ${words.bytes} NOT NULL,
    issuer ${words.bytes} NOT NULL,
    born_at ${words.integer} NOT NULL,
    born_entry ${words.integer} NOT NULL,
    state ${words.text} NOT NULL CHECK (state IN ('active', 'suspended', 'revoked', 'retired')),
    since ${words.integer} NOT NULL,
    last_entry ${words.integer} NOT NULL,
    owner ${words.bytes} NOT NULL
  )${words.table}`,
  // What a birth takes for ever.
  "CREATE UNIQUE INDEX devices_id ON devices (id)",
  "CREATE UNIQUE INDEX devices_key_hash ON devices (key_hash)",
  "CREATE UNIQUE INDEX devices_unit_tag ON devices (unit_tag)",
  "CREATE UNIQUE INDEX devices_certificate_serial ON devices (certificate_serial, issuer)",
  // What lists are narrowed by; each ends in the ordinal, which is the order of lists.
  `CREATE INDEX devices_serial ON devices (${words.inOrder("serial", "ordinal")})`,
  `CREATE INDEX devices_model ON devices (${words.inOrder("model", "ordinal")})`,
  `CREATE INDEX devices_station ON devices (${words.inOrder("station", "ordinal")})`,
  `CREATE INDEX devices_product ON devices (${words.inOrder("product", "ordinal")})`,
  `CREATE INDEX devices_maker ON devices (${words.inOrder("maker", "ordinal")})`,
  `CREATE INDEX devices_not_active ON devices (${words.inOrder("state", "ordinal")}) WHERE state <> 'active'`,
];

const certificates = (words: SqlWords): readonly string[] => [
  `CREATE TABLE authorities (
    entry ${words.integer} PRIMARY KEY,
    kind ${words.text} NOT NULL CHECK (kind IN ('root', 'issuing', 'server', 'verdict')),
    key_id ${words.text} NOT NULL,
    certificate ${words.bytes} NOT NULL,
    certificate_hash ${words.bytes} NOT NULL UNIQUE
  )${words.table}`,

  `CREATE TABLE revocations (
    issuer ${words.text} NOT NULL,
    shard ${words.integer} NOT NULL CHECK (shard BETWEEN 0 AND 255),
    serial ${words.bytes} NOT NULL,
    reason ${words.integer} NOT NULL,
    revoked_at ${words.integer} NOT NULL,
    invalidity_date ${words.integer},
    entry ${words.integer} NOT NULL,
    PRIMARY KEY (issuer, shard, serial)
  )${words.keyedTable}`,
  `CREATE TABLE shards (
    issuer ${words.text} NOT NULL,
    shard ${words.integer} NOT NULL,
    changed_by ${words.integer} NOT NULL,
    PRIMARY KEY (issuer, shard)
  )${words.keyedTable}`,
  `CREATE TABLE crls (
    issuer ${words.text} NOT NULL,
    shard ${words.integer} NOT NULL,
    number ${words.integer} NOT NULL,
    this_update ${words.integer} NOT NULL,
    next_update ${words.integer} NOT NULL,
    log_size ${words.integer} NOT NULL,
    der ${words.bytes} NOT NULL,
    PRIMARY KEY (issuer, shard)
  )${words.table}`,
];

const operators = (words: SqlWords): string =>
  `CREATE TABLE operators (
    id ${words.text} PRIMARY KEY,
    name ${words.text} NOT NULL,
    role ${words.text} NOT NULL CHECK (role IN ('admin', 'registrar', 'station', 'auditor')),
    token_hash ${words.bytes} NOT NULL UNIQUE,
    products ${words.text} NOT NULL,
    quota ${words.integer},
    born ${words.integer} NOT NULL,
    state ${words.text} NOT NULL CHECK (state IN ('active', 'revoked')),
    enrolled_entry ${words.integer} NOT NULL,
    last_entry ${words.integer} NOT NULL
  )${words.keyedTable}`;

const triggers = (words: SqlWords): readonly string[] => [
  words.refusing("entries", "UPDATE"),
  words.refusing("entries", "DELETE"),
  words.refusing("checkpoints", "UPDATE"),
  words.refusing("checkpoints", "DELETE"),
  words.refusing("devices", "DELETE"),
  words.refusing("authorities", "DELETE"),
  words.refusing("operators", "DELETE"),
  words.refusing("settings", "UPDATE"),
  words.refusing("settings", "DELETE"),
];

export function registry(words: SqlWords): Migration {
  return { up: (database) => execute(database, statements(words)) };
}
