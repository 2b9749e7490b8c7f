// SPDX-License-Identifier: Apache-2.0
// Counts of product lines, lists of expected units, evidence that births came with, refused births, and from when until
// when operators are enrolled. What earlier births used is counted and read out of their records.

import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { parseBirthRecord } from "natalis/birth";
import { entryTypes, pageLimit, parseBornBody } from "natalis/registry";
import { execute } from "../execute.ts";
import type { RegistryTables } from "../schema.ts";
import type { SqlWords } from "../words.ts";

const statements = (words: SqlWords): readonly string[] => [
  `ALTER TABLE operators ADD COLUMN not_before ${words.integer}`,
  `ALTER TABLE operators ADD COLUMN not_after ${words.integer}`,

  `CREATE TABLE products (
    product ${words.text} PRIMARY KEY,
    born ${words.integer} NOT NULL,
    expected ${words.integer} NOT NULL,
    expected_born ${words.integer} NOT NULL
  )${words.keyedTable}`,
  "INSERT INTO products SELECT product, count(*), 0, 0 FROM devices GROUP BY product",

  `CREATE TABLE expected_units (
    product ${words.text} NOT NULL,
    serial ${words.text} NOT NULL,
    model ${words.text},
    born ${words.integer},
    PRIMARY KEY (product, serial)
  )${words.keyedTable}`,
  "CREATE INDEX expected_units_left ON expected_units (product, serial) WHERE born IS NULL",
  "CREATE INDEX expected_units_born ON expected_units (product, serial) WHERE born IS NOT NULL",

  `CREATE TABLE evidence (
    digest ${words.bytes} PRIMARY KEY,
    ordinal ${words.integer} NOT NULL
  )${words.keyedTable}`,

  `CREATE TABLE incidents (
    entry ${words.integer} PRIMARY KEY,
    time ${words.integer} NOT NULL,
    station ${words.text} NOT NULL,
    code ${words.text} NOT NULL,
    key_hash ${words.bytes} NOT NULL,
    unit_tag ${words.bytes} NOT NULL,
    device ${words.bytes},
    unrecorded ${words.integer} NOT NULL
  )${words.table}`,
  "CREATE UNIQUE INDEX incidents_attempt ON incidents (key_hash, unit_tag, station, code)",
  `CREATE INDEX incidents_station ON incidents (${words.inOrder("station", "entry")})`,
  `CREATE INDEX incidents_device ON incidents (${words.inOrder("device", "entry")}) WHERE device IS NOT NULL`,

  words.refusing("products", "DELETE"),
  words.refusing("evidence", "UPDATE"),
  words.refusing("evidence", "DELETE"),
  words.refusing("incidents", "UPDATE"),
  words.refusing("incidents", "DELETE"),
];

export function admission(words: SqlWords): Migration {
  return {
    async up(database: Kysely<unknown>) {
      await execute(database, statements(words));
      await fillEvidence(database);
    },
  };
}

/** Of two births with the same statement the first keeps it; the audit names the second. */
async function fillEvidence(database: Kysely<RegistryTables>): Promise<void> {
  for (let ordinal = -1; ; ) {
    const page = await database
      .selectFrom("devices")
      .innerJoin("entries", "entries.position", "devices.born_entry")
      .select(["devices.ordinal", "entries.body"])
      .where("devices.ordinal", ">", ordinal)
      .where("entries.type", "=", entryTypes.born)
      .orderBy("devices.ordinal")
      .limit(pageLimit)
      .execute();
    const rows = page.flatMap(({ ordinal: of, body }) =>
      parseBirthRecord(parseBornBody(body).record).evidence.map(({ digest }) => ({ digest, ordinal: of })),
    );
    for (const row of rows)
      await database
        .insertInto("evidence")
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    if (page.length < pageLimit) return;
    ordinal = page.at(-1)?.ordinal as number;
  }
}
