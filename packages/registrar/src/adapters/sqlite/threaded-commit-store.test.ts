// SPDX-License-Identifier: Apache-2.0
// A registry whose commits have a thread of their own keeps the same contract; and what only a thread can do.

import assert from "node:assert/strict";
import { isNatalisError } from "natalis/kernel";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, suite, test } from "node:test";
import type { CommitBatch, RegistryStores } from "natalis/registry";
import { registryContract } from "natalis/testing";
import { openServedSqliteRegistry, type ServedSqliteRegistry } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-threaded-"));
const registries: ServedSqliteRegistry[] = [];
after(async () => {
  for (const registry of registries) await registry.close();
  rmSync(folder, { recursive: true });
});

let files = 0;
const newPath = () => join(folder, `${files++}.sqlite`);

async function open(path = newPath()): Promise<ServedSqliteRegistry> {
  const registry = await openServedSqliteRegistry(path);
  registries.push(registry);
  return registry;
}

suite("contract", () => {
  for (const promise of registryContract)
    test(promise.name, () => {
      const path = newPath();
      return promise.run({ open: () => open(path) });
    });
});

async function idleCommit({ commits }: RegistryStores): Promise<CommitBatch> {
  const expected = await commits.head();
  const index = expected?.size ?? 0;
  const [root, none] = [new Uint8Array(32).fill(index + 1), new Uint8Array(0)];
  const head = { size: index + 1, root, time: 1, devices: 0, stateRoot: root, checkpoint: `note ${index + 1}` };
  const entries = [{ index, type: 0, time: 1, deviceId: null, entry: root, body: none, salt: none }];
  const rows = { devices: [], changes: [], logTiles: [], stateTiles: [], revocations: [], authorities: [] };
  const others = {
    operators: [],
    operatorChanges: [],
    births: [],
    products: [],
    listed: [],
    evidence: [],
    keptEvidence: [],
    incidents: [],
  };
  return { ...rows, ...others, expected, head, entries };
}

test("what was given is not taken away: a batch may be committed again, and is refused as itself", async () => {
  const registry = await open();
  const batch = await idleCommit(registry);
  await registry.commits.commit(batch);
  assert.equal(batch.entries[0]?.entry.length, 32);
  await assert.rejects(async () => registry.commits.commit(batch), { code: "NAT_REGISTRY_HEAD_MOVED" });
});

test("what a commit has left shows at once, and commits that were asked for are done before it closes", async () => {
  const path = newPath();
  const registry = await openServedSqliteRegistry(path);
  await registry.commits.commit(await idleCommit(registry));
  assert.equal((await registry.commits.head())?.size, 1);
  const last = registry.commits.commit(await idleCommit(registry));
  await registry.close();
  await last;
  const again = await open(path);
  assert.equal((await again.commits.head())?.size, 2);
});

test("an error that is no refusal is told as such, and the next commit goes on", async () => {
  const path = newPath();
  const registry = await open(path);
  await registry.commits.commit(await idleCommit(registry));
  const batch = await idleCommit(registry);
  const wrong = { ...batch, head: { ...batch.head, size: 1.5 } };
  await assert.rejects(async () => registry.commits.commit(wrong), /in the thread of commits/);
  await registry.commits.commit(batch);
});

test("other processes see that it is in use, also once the thread has opened it", async () => {
  const path = newPath();
  const registry = await openServedSqliteRegistry(path);
  const takeAlone = `const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(${JSON.stringify(path)}, { timeout: 0 });
    try { database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE"); console.log("alone"); }
    catch ({ message }) { console.log(message); }`;
  const told = () => execFileSync(process.execPath, ["-e", takeAlone], { encoding: "utf8" }).trim();
  assert.equal(told(), "database is locked");
  await registry.commits.commit(await idleCommit(registry));
  assert.equal(told(), "database is locked");
  await registry.close();
  assert.equal(told(), "alone");
});

test("a thread that cannot open the database says so to whoever waits, and the next commit starts another", async () => {
  const path = newPath();
  const registry = await open(path);
  const foreign = new DatabaseSync(path);
  foreign.exec("PRAGMA application_id = 1");
  const batch = await idleCommit(registry);
  await assert.rejects(
    async () => registry.commits.commit(batch),
    (error: Error) => {
      assert.ok(isNatalisError(error, "NAT_SQLITE_ENDED"), String(error));
      assert.match(String(error.cause), /NAT_SQLITE_FOREIGN/);
      return true;
    },
  );
  foreign.exec("PRAGMA application_id = 0x4e41544c");
  foreign.close();
  await registry.commits.commit(batch);
  assert.equal((await registry.commits.head())?.size, 1);
});
