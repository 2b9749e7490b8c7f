// SPDX-License-Identifier: Apache-2.0
// A registry that was kept before: its births are counted and the evidence they came with is known.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { nodeHash } from "@natalis/node";
import { sql } from "kysely";
import { Migrator } from "kysely/migration";
import { encodeBirthRecord } from "natalis/birth";
import { encodeBornBody } from "natalis/registry";
import { madeUpBirth } from "natalis/testing";
import { openDatabase } from "../../sqlite/database.ts";
import { queriesOver } from "../../sqlite/dialect.ts";
import { openSqliteRegistry } from "../../sqlite/index.ts";
import { migrations } from "../../sqlite/migrate.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-0003-"));
after(() => rmSync(folder, { recursive: true }));

const digestOf = (number: number) => nodeHash.sha256(Uint8Array.of(number, number >> 8));

function bodyOf(number: number, evidence: readonly number[]): Uint8Array {
  const { device, certificate } = madeUpBirth(number);
  const { id: deviceId, maker, model, serial, facility, station, keyHash, custody, bornAt, product } = device;
  const record = encodeBirthRecord({
    deviceId,
    maker,
    model,
    serial,
    facility,
    station,
    keyHash,
    custody,
    bornAt,
    evidence: evidence.map((one) => ({ format: "chip", digest: digestOf(one) })),
    components: [],
    authorityKeyId: new Uint8Array(20),
    salt: new Uint8Array(16),
    profile: { product, version: 1 },
  });
  return encodeBornBody({ record, certificate });
}

/** The second schema with births in it, each with the evidence that is said. */
async function registryBefore(evidence: readonly (readonly number[])[]): Promise<string> {
  const path = join(folder, `${evidence.length}.sqlite`);
  const database = openDatabase(path);
  const queries = queriesOver(database);
  const provider = { getMigrations: () => Promise.resolve(migrations) };
  assert.equal(
    (await new Migrator({ db: queries, provider }).migrateTo("0002-operator-certificates")).error,
    undefined,
  );
  const none = new Uint8Array(0);
  for (const [i, said] of evidence.entries()) {
    const { device } = madeUpBirth(i, { product: i % 3 === 0 ? "valve" : "meter" });
    const unit = [i, device.id, device.product, device.maker, device.model, device.serial, null, device.facility];
    const claims = [device.station, 0, device.keyHash, device.unitTag, device.factsHash, device.certificateSerial];
    const values = [...unit, ...claims, device.certificateHash, none, device.bornAt, i, "active", 1, i, none];
    await sql`INSERT INTO devices VALUES (${sql.join(values)})`.execute(queries);
    const entry = [i, 1, 1, device.id, none, bodyOf(i, said), none];
    await sql`INSERT INTO entries VALUES (${sql.join(entry)})`.execute(queries);
  }
  database.close();
  return path;
}

test("births are counted by product line, and lists are empty", async () => {
  const registry = await openSqliteRegistry(await registryBefore([[], [], [], []]));
  assert.deepEqual(await registry.products.listProducts(undefined, 9), [
    { product: "meter", born: 2, expected: 0, expectedBorn: 0 },
    { product: "valve", born: 2, expected: 0, expectedBorn: 0 },
  ]);
  registry.close();
});

test("evidence of every birth is known, over more than a page; of two births the first has it", async () => {
  const many = Array.from({ length: 1003 }, (_, i) => (i % 5 === 0 ? [i] : []));
  many[502] = [10, 2000];
  const registry = await openSqliteRegistry(await registryBefore(many));
  const holder = async (number: number) => (await registry.births.birthByEvidence([digestOf(number)]))?.ordinal;
  for (const ordinal of [0, 10, 500, 1000]) assert.equal(await holder(ordinal), ordinal);
  assert.equal(await holder(2000), 502);
  assert.equal(await holder(1), undefined);
  registry.close();
});

test("a registry without a birth has nothing to count", async () => {
  const registry = await openSqliteRegistry(await registryBefore([]));
  assert.deepEqual(await registry.products.listProducts(undefined, 9), []);
  registry.close();
});
