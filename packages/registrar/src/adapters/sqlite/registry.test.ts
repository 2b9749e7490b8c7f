// SPDX-License-Identifier: Apache-2.0
// The SQLite registry against the contract of every storage port, and what only a file can do.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, suite, test } from "node:test";
import type { CommitBatch, RegistryStores } from "natalis/registry";
import { registryContract } from "natalis/testing";
import { openSqliteRegistry, openSqliteSnapshot, type SqliteRegistry } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-sqlite-"));
const registries: SqliteRegistry[] = [];
after(() => {
  for (const registry of registries) registry.close();
  rmSync(folder, { recursive: true });
});

let files = 0;
const newPath = () => join(folder, `${files++}.sqlite`);

async function open(path: string, how = openSqliteRegistry): Promise<SqliteRegistry> {
  const registry = await how(path);
  registries.push(registry);
  return registry;
}

/** One state entry on top of what is there. */
async function commitIdle(stores: RegistryStores): Promise<void> {
  const expected = await stores.commits.head();
  const index = expected?.size ?? 0;
  const [root, none] = [new Uint8Array(32).fill(index + 1), new Uint8Array(0)];
  const head = { size: index + 1, root, time: 1, devices: 0, stateRoot: root, checkpoint: `note ${index + 1}` };
  const entries = [{ index, type: 0, time: 1, deviceId: null, entry: root, body: none, salt: none }];
  await stores.commits.commit({ ...noRows, expected, head, entries });
}

const noRows: Omit<CommitBatch, "expected" | "head" | "entries"> = {
  devices: [],
  changes: [],
  logTiles: [],
  stateTiles: [],
  revocations: [],
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

suite("contract", () => {
  for (const promise of registryContract)
    test(promise.name, () => {
      const path = newPath();
      return promise.run({ open: () => open(path) });
    });
});

test("the database and the files beside it are their owner's only", async () => {
  const path = newPath();
  await commitIdle(await open(path));
  const beside = readdirSync(folder).filter((name) => join(folder, name).startsWith(path));
  assert.equal(beside.length, 3);
  for (const name of beside) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
});

test("a snapshot shows the newest commit of its time, however many follow", async () => {
  const path = newPath();
  const writer = await open(path);
  await commitIdle(writer);
  const snapshot = await open(path, openSqliteSnapshot);
  for (let i = 0; i < 5; i++) await commitIdle(writer);
  assert.equal((await snapshot.commits.head())?.size, 1);
  assert.equal((await snapshot.events.readEvents(0, 500)).length, 1);
  assert.equal((await snapshot.checkpoints.listCheckpoints(0, 500)).length, 1);
  assert.equal((await writer.commits.head())?.size, 6);
});

test("a snapshot cannot be written to", async () => {
  const path = newPath();
  await commitIdle(await open(path));
  const snapshot = await open(path, openSqliteSnapshot);
  await assert.rejects(commitIdle(snapshot));
  await assert.rejects(async () => snapshot.settings.initialise(new Map([["arc", "1"]])));
  const crl = { issuer: "a1", shard: 0, number: 1, thisUpdate: 1, nextUpdate: 2, logSize: 1, der: new Uint8Array(1) };
  await assert.rejects(async () => snapshot.crls.saveCrl(crl));
});

test("a change of a device or operator that is not there is refused whole", async () => {
  const stores = await open(newPath());
  const entries: CommitBatch["entries"] = [];
  const zeros = new Uint8Array(32);
  const head = { size: 1, root: zeros, time: 1, devices: 0, stateRoot: zeros, checkpoint: "note" };
  const batch = { ...noRows, expected: undefined, head, entries };
  const commit = (parts: Partial<CommitBatch>) =>
    Promise.resolve().then(() => stores.commits.commit({ ...batch, ...parts }));
  const change = { id: new Uint8Array(16), state: "retired", since: 1, lastEntry: 1 } as const;
  await assert.rejects(commit({ changes: [change] }), { code: "NAT_REGISTRY_DEVICE" });
  const revoked = { id: "station-9", state: "revoked", lastEntry: 1 } as const;
  await assert.rejects(commit({ operatorChanges: [revoked] }), { code: "NAT_REGISTRY_OPERATOR" });
  assert.equal(await stores.commits.head(), undefined);
});

test("an error that no port names is passed on, and leaves nothing behind", async () => {
  const stores = await open(newPath());
  await commitIdle(stores);
  const expected = await stores.commits.head();
  assert.ok(expected !== undefined);
  const none = new Uint8Array(0);
  const twice = { index: 0, type: 0, time: 1, deviceId: null, entry: none, body: none, salt: none };
  const batch = { ...noRows, expected, head: { ...expected, size: 2 }, entries: [{ ...twice, index: 1 }, twice] };
  await assert.rejects(async () => stores.commits.commit(batch), { code: "ERR_SQLITE_ERROR" });
  assert.equal((await stores.events.readEvents(0, 500)).length, 1);
  await commitIdle(stores);
});

test("history cannot be changed or deleted, not even by SQL", async () => {
  const path = newPath();
  const stores = await open(path);
  await stores.settings.initialise(new Map([["arc", "1.3.6.1"]]));
  await commitIdle(stores);
  const database = new DatabaseSync(path);
  for (const statement of [
    "UPDATE entries SET body = x'00'",
    "DELETE FROM entries",
    "UPDATE checkpoints SET note = ''",
    "DELETE FROM checkpoints",
    "UPDATE settings SET value = ''",
    "DELETE FROM settings",
  ])
    assert.throws(() => database.exec(statement), /this history does not change/, statement);
  database.close();
});

test("columns hold the types that they were declared with", async () => {
  const path = newPath();
  await open(path);
  const database = new DatabaseSync(path);
  const tables = database.prepare("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'").all();
  const ours = tables.filter(({ name }) => !/^(sqlite|kysely)_/.test(String(name)));
  assert.equal(ours.length, 17);
  for (const { name, strict } of ours) assert.equal(strict, 1, String(name));
  database.close();
});

test("lists that are narrowed look the rarest field up, in the order of ordinals", async () => {
  const path = newPath();
  await open(path);
  const database = new DatabaseSync(path);
  const plan = (where: string) =>
    database
      .prepare(`EXPLAIN QUERY PLAN SELECT * FROM devices WHERE ordinal > 5 AND ${where} ORDER BY ordinal LIMIT 9`)
      .all()
      .map(({ detail }) => String(detail))
      .join("; ");
  for (const field of ["serial", "model", "station", "product", "maker"])
    assert.match(plan(`${field} = 'x'`), new RegExp(`^SEARCH devices USING INDEX devices_${field} \\(${field}=\\?`));
  assert.match(
    plan("state = 'revoked' AND state <> 'active' AND +product = 'x'"),
    /^SEARCH devices USING INDEX devices_not_active/,
  );
  assert.match(plan("1"), /^SEARCH devices USING INTEGER PRIMARY KEY/);
  database.close();
});
