// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import type { CommitBatch } from "natalis/registry";
import { SqliteCommitStore } from "./commit-store.ts";
import { inTransaction, openDatabase, openSnapshot } from "./database.ts";
import { openSqliteRegistry, openSqliteSnapshot } from "./registry.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-database-"));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
const newPath = () => join(folder, `${files++}.sqlite`);

/** A database of Natalis whose schema is what `sql` makes it. */
function databaseWith(sql: string): string {
  const path = newPath();
  const database = openDatabase(path);
  database.exec(sql);
  database.close();
  return path;
}

test("a commit that returned is on disk: write-ahead log, synchronous FULL", () => {
  const database = openDatabase(newPath());
  const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  assert.equal(pragma("journal_mode"), "wal");
  assert.equal(pragma("synchronous"), 2);
  assert.equal(pragma("fullfsync"), 1);
  assert.equal(pragma("foreign_keys"), 1);
  assert.equal(pragma("busy_timeout"), 5000);
  assert.equal(pragma("page_size"), 4096);
  database.close();
});

test("a second connection of one process leaves the locks of the first one standing", () => {
  const path = newPath();
  const first = openDatabase(path);
  first.exec("CREATE TABLE held (x)");
  const second = openDatabase(path);
  const openAlone = `
    const { openAlone } = await import(${JSON.stringify(new URL("./database.ts", import.meta.url).href)});
    try { openAlone(${JSON.stringify(path)}); console.log("opened"); } catch (error) { console.log(error.code); }`;
  const foreign = spawnSync(process.execPath, ["--input-type=module", "--eval", openAlone], { encoding: "utf8" });
  assert.equal(foreign.stdout.trim(), "NAT_SQLITE_HELD", foreign.stderr);
  second.close();
  first.close();
});

test("a file that is no database is refused and left as it is", async () => {
  const path = newPath();
  const text = "timestamp,value\n".repeat(500);
  writeFileSync(path, text);
  for (const open of [openSqliteRegistry, openSqliteSnapshot])
    await assert.rejects(open(path), { code: "NAT_SQLITE_FOREIGN" });
  assert.equal(readFileSync(path, "utf8"), text);
});

test("another program's database is refused and left as it is", async () => {
  const path = newPath();
  const foreign = new DatabaseSync(path);
  foreign.exec("CREATE TABLE devices (id)");
  foreign.close();
  const before = readFileSync(path);
  for (const open of [openSqliteRegistry, openSqliteSnapshot])
    await assert.rejects(open(path), { code: "NAT_SQLITE_FOREIGN" });
  assert.deepEqual(readFileSync(path), before);
});

test("a snapshot of no file at all is refused, and makes none", async () => {
  const path = newPath();
  await assert.rejects(openSqliteSnapshot(path), { code: "ERR_SQLITE_ERROR" });
  assert.throws(() => readFileSync(path), { code: "ENOENT" });
});

test("a schema of newer software is refused", async () => {
  const path = newPath();
  (await openSqliteRegistry(path)).close();
  const database = openDatabase(path);
  database.exec("INSERT INTO kysely_migration VALUES ('9999-later', '2030-01-01T00:00:00Z')");
  database.close();
  for (const open of [openSqliteRegistry, openSqliteSnapshot])
    await assert.rejects(open(path), { code: "NAT_SQLITE_NEWER" });
});

test("an older schema is brought up by a writer and refused by a reader", async () => {
  const path = databaseWith("");
  await assert.rejects(openSqliteSnapshot(path), { code: "NAT_SQLITE_OLDER" });
  (await openSqliteRegistry(path)).close();
  (await openSqliteSnapshot(path)).close();
});

test("a migration that fails leaves the schema as it was", async () => {
  const path = databaseWith("CREATE TABLE devices (in_the_way)");
  await assert.rejects(openSqliteRegistry(path), /devices/);
  const database = openDatabase(path);
  const tables = database.prepare("SELECT name FROM sqlite_schema").all();
  assert.deepEqual(
    tables.map(({ name }) => name),
    ["devices"],
  );
  database.close();
});

test("a transaction whose work fails has changed nothing, and the next one may begin", () => {
  const database = openDatabase(newPath());
  database.exec("CREATE TABLE t (x)");
  const failing = () => {
    database.exec("INSERT INTO t VALUES (1)");
    throw new RangeError("asked for");
  };
  assert.throws(() => inTransaction(database, failing), RangeError);
  assert.equal(
    inTransaction(database, () => database.prepare("SELECT count(*) AS n FROM t").get()?.n),
    0,
  );
  database.close();
});

test("a snapshot may be read while a writer waits for nobody", () => {
  const path = databaseWith("CREATE TABLE t (x)");
  const [writer, reader] = [openDatabase(path), openSnapshot(path)];
  inTransaction(writer, () => writer.exec("INSERT INTO t VALUES (1)"));
  assert.equal(reader.prepare("SELECT count(*) AS n FROM t").get()?.n, 0);
  writer.close();
  reader.close();
});

/** A first commit, of nothing. */
function firstBatch(): CommitBatch {
  const root = new Uint8Array(32);
  const head = { size: 0, root, time: 1, devices: 0, stateRoot: root, checkpoint: "note" };
  const nothing = { entries: [], devices: [], changes: [], logTiles: [], stateTiles: [], revocations: [] };
  return {
    ...nothing,
    expected: undefined,
    head,
    authorities: [],
    operators: [],
    operatorChanges: [],
    births: [],
    products: [],
    listed: [],
    evidence: [],
    keptEvidence: [],
    incidents: [],
  };
}

test("a disk without room refuses a commit wholly, and takes it when there is room", async () => {
  const path = newPath();
  (await openSqliteRegistry(path)).close();
  const database = openDatabase(path);
  const entry = { index: 0, type: 0, time: 1, deviceId: null, salt: new Uint8Array(0), entry: new Uint8Array(9) };
  const batch = { ...firstBatch(), entries: [{ ...entry, body: new Uint8Array(100_000) }] };
  database.exec("PRAGMA max_page_count = 1");
  assert.throws(() => new SqliteCommitStore(database).commit(batch), { code: "NAT_REGISTRY_FULL" });
  assert.equal(new SqliteCommitStore(database).head(), undefined);
  database.exec("PRAGMA max_page_count = 4294967294");
  new SqliteCommitStore(database).commit(batch);
  assert.equal(new SqliteCommitStore(database).head()?.checkpoint, "note");
  database.close();
});

test("a writer that another process keeps waiting is told that the registry is busy", async () => {
  const path = newPath();
  (await openSqliteRegistry(path)).close();
  const holder = openDatabase(path);
  holder.exec("BEGIN IMMEDIATE");
  const impatient = new DatabaseSync(path, { timeout: 0 });
  const batch = firstBatch();
  assert.throws(() => new SqliteCommitStore(impatient).commit(batch), { code: "NAT_REGISTRY_BUSY" });
  holder.exec("ROLLBACK");
  new SqliteCommitStore(impatient).commit(batch);
  impatient.close();
  holder.close();
});
