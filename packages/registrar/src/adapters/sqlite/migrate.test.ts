// SPDX-License-Identifier: Apache-2.0
// A registry that older software made is opened with everything that is in it.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { Migrator } from "kysely/migration";
import { openDatabase } from "./database.ts";
import { queriesOver } from "./dialect.ts";
import { openSqliteRegistry, openSqliteSnapshot } from "./index.ts";
import { migrations } from "./migrate.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-migrate-"));
after(() => rmSync(folder, { recursive: true }));

const tokenHash = new Uint8Array(32).fill(7);
const row = ["station-1", "line 1", "station", tokenHash, '["meter"]', 10, 3, "active", 4, 5] as const;

/** The first schema with one operator in it. */
async function firstRegistry(file: string): Promise<string> {
  const path = join(folder, file);
  const database = openDatabase(path);
  const provider = { getMigrations: () => Promise.resolve(migrations) };
  const { error } = await new Migrator({ db: queriesOver(database), provider }).migrateTo("0001-registry");
  assert.equal(error, undefined);
  database.prepare("INSERT INTO operators VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").run(...row);
  database.close();
  return path;
}

test("operators of the first schema keep all they have, and others may come without a token", async () => {
  const path = await firstRegistry("opens.sqlite");
  await assert.rejects(openSqliteSnapshot(path), { code: "NAT_SQLITE_OLDER" });
  const registry = await openSqliteRegistry(path);
  const found = await registry.operators.operatorByToken(tokenHash);
  const [id, name, role] = row;
  const rest = { products: ["meter"], quota: 10, born: 3, state: "active", enrolledEntry: 4, lastEntry: 5 };
  assert.deepEqual(found, { id, name, role, tokenHash, ...rest });
  registry.close();
});

test("authorities of the first schema stay, beside those of stations, and of no other kind", async () => {
  const path = await firstRegistry("authorities.sqlite");
  const first = new DatabaseSync(path);
  const insert = "INSERT INTO authorities (entry, kind, key_id, certificate, certificate_hash) VALUES (?, ?, ?, ?, ?)";
  first.prepare(insert).run(0, "root", "aa", Uint8Array.of(1), Uint8Array.of(2));
  first.close();
  const registry = await openSqliteRegistry(path);
  assert.equal((await registry.authorities.authorityByKeyId("aa"))?.kind, "root");
  registry.close();
  const database = new DatabaseSync(path);
  database.prepare(insert).run(1, "station", "bb", Uint8Array.of(3), Uint8Array.of(4));
  const again = (kind: string, hash: number) =>
    database.prepare(insert).run(2, kind, "cc", Uint8Array.of(5), Uint8Array.of(hash));
  assert.throws(() => again("stranger", 6), /CHECK constraint failed/);
  assert.throws(() => again("station", 4), /UNIQUE constraint failed: authorities.certificate_hash/);
  assert.throws(() => database.exec("DELETE FROM authorities"), /this history does not change/);
  database.close();
});

test("an operator has a credential, stays, and shares none", async () => {
  const path = await firstRegistry("keeps.sqlite");
  (await openSqliteRegistry(path)).close();
  const database = new DatabaseSync(path);
  const insert = (changed: string) =>
    database.exec(`INSERT INTO operators SELECT 'x' || id, name, role, ${changed}, products, quota, born, state,
      enrolled_entry, last_entry, not_before, not_after FROM operators`);
  assert.throws(() => insert("NULL, NULL"), /CHECK constraint failed/);
  assert.throws(() => insert("token_hash, NULL"), /UNIQUE constraint failed: operators.token_hash/);
  assert.throws(() => database.exec("DELETE FROM operators"), /this history does not change/);
  database.close();
});
