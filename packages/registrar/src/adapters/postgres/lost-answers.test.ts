// SPDX-License-Identifier: Apache-2.0
// Lines that break, servers that restart or fall back, and processes that die or stand still with the head's lock.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { CommitBatch, RegistryStores } from "natalis/registry";
import { freePort } from "../../cli/ports.ts";
import { defaultLimits, type Limits } from "./database.ts";
import { openPostgresRegistry, parsePostgresAddress, type PostgresRegistry } from "./index.ts";
import { openTemporaryPostgres, type TemporaryPostgres } from "./temporary-server.ts";
import { openTestProxy, type TestProxy } from "./unsafe-test-proxy.ts";
import { commitIdle, idleBatch } from "./unsafe-test-rows.ts";

let port: number;
let server: TemporaryPostgres;
let proxy: TestProxy;
const opened: PostgresRegistry[] = [];

before(async () => {
  port = await freePort("127.0.0.1", 0);
  server = await openTemporaryPostgres({ port });
  proxy = await openTestProxy(port);
});
afterEach(async () => {
  for (const registry of opened.splice(0)) await registry.close();
});
after(async () => {
  await proxy.close();
  await server.close();
});

async function open(address: string, limits?: Limits): Promise<PostgresRegistry> {
  const registry = await openPostgresRegistry(parsePostgresAddress(address), limits);
  opened.push(registry);
  return registry;
}

const nameOf = (address: string) => new URL(address).pathname.slice(1);
const overProxy = (address: string) => `postgres://postgres@127.0.0.1:${proxy.port}/${nameOf(address)}`;

async function sizes(stores: RegistryStores): Promise<number[]> {
  return (await stores.checkpoints.listCheckpoints(0, 500)).map(({ size }) => size);
}

for (const cut of ["question", "answer"] as const)
  test(`a commit whose ${cut} is lost happens once`, async () => {
    const stores = await open(overProxy(await server.newDatabase()));
    await commitIdle(stores);
    const cuts = proxy.cuts;
    proxy.cutAt("note 2", cut);
    await commitIdle(stores);
    assert.equal(proxy.cuts, cuts + 1);
    await commitIdle(stores);
    assert.deepEqual(await sizes(stores), [1, 2, 3]);
  });

for (const [asked, cut] of [
  ["note 2", "question"],
  ["note 2", "answer"],
  ["COMMIT", "question"],
  ["COMMIT", "answer"],
] as const)
  test(`in its turn too: the ${cut} of ${asked}`, async () => {
    const stores = await open(overProxy(await server.newDatabase()));
    await commitIdle(stores);
    const batch = idleBatch(await stores.commits.head());
    proxy.cutAt(asked, cut);
    await stores.commits.inTurn?.(async (commit) => commit(batch));
    await commitIdle(stores);
    assert.deepEqual(await sizes(stores), [1, 2, 3]);
  });

test("a commit whose answer is lost, and whose head another one moved on, is known to have happened", async () => {
  const address = await server.newDatabase();
  const [stores, other] = [await open(overProxy(address)), await open(address)];
  await commitIdle(stores);
  const batch = idleBatch(await stores.commits.head());
  await other.commits.commit(batch);
  await commitIdle(other);
  proxy.cutAt("note 2", "question");
  await stores.commits.commit(batch);
  // Whoever loses no answer is told that another came first.
  await assert.rejects(async () => stores.commits.commit(batch), { code: "NAT_REGISTRY_HEAD_MOVED" });
  assert.deepEqual(await sizes(stores), [1, 2, 3]);
});

test("a server that answers nothing is given up after a while, and its question is asked again", async () => {
  const limits = { ...defaultLimits, silenceMilliseconds: 300 };
  const stores = await open(overProxy(await server.newDatabase()), limits);
  await commitIdle(stores);
  proxy.cutAt("FROM checkpoints", "silence");
  assert.deepEqual(await sizes(stores), [1]);
});

for (const mode of ["fast", "immediate"] as const)
  test(`reads and commits wait for a server that stops (${mode}) and comes back`, async () => {
    const stores = await open(await server.newDatabase());
    await commitIdle(stores);
    await server.stop(mode);
    const reading = sizes(stores);
    const committing = Promise.resolve(stores.commits.commit(idleBatch(headOne)));
    await server.start();
    await Promise.all([reading, committing]);
    assert.deepEqual(await sizes(stores), [1, 2]);
  });

const headOne = idleBatch(undefined).head;

test("a database that lost what was committed is not continued", async () => {
  const address = await server.newDatabase();
  const stores = await open(address);
  for (let i = 0; i < 3; i++) await commitIdle(stores);
  await server.query(
    `SET session_replication_role = replica; DELETE FROM checkpoints WHERE size > 2; DELETE FROM entries WHERE position > 1;
     UPDATE head SET size = 2, root = decode(repeat('02', 32), 'hex'), checkpoint = 'note 2'`,
    nameOf(address),
  );
  await assert.rejects(async () => stores.commits.head(), { code: "NAT_REGISTRY_ROLLED_BACK" });
  // Another process that saw no more than what is there goes on; this one does not follow.
  const other = await open(address);
  await other.commits.commit(noted(idleBatch(await other.commits.head()), "another note of size 3"));
  await assert.rejects(async () => stores.commits.head(), { code: "NAT_REGISTRY_ROLLED_BACK" });
});

function noted(batch: CommitBatch, checkpoint: string): CommitBatch {
  return { ...batch, head: { ...batch.head, checkpoint } };
}

/** A process that takes its turn and does nothing with it. */
async function holdTurn(address: string): Promise<ChildProcess> {
  const index = fileURLToPath(new URL("index.ts", import.meta.url));
  const script = `
    import { openPostgresRegistry, parsePostgresAddress } from ${JSON.stringify(index)};
    const { commits } = await openPostgresRegistry(parsePostgresAddress(${JSON.stringify(address)}));
    await commits.inTurn(() => new Promise(() => { console.log("held"); setInterval(() => {}, 1000); }));`;
  const words = ["--input-type=module", "--eval", script];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

test("a process that dies with the lock leaves it", async () => {
  const address = await server.newDatabase();
  const stores = await open(address);
  await commitIdle(stores);
  const holder = await holdTurn(address);
  const waiting = commitIdle(stores);
  holder.kill("SIGKILL");
  await waiting;
  assert.deepEqual(await sizes(stores), [1, 2]);
});

test("one that stands still with it keeps others waiting no longer than it may", async () => {
  const address = await server.newDatabase();
  const limits = { ...defaultLimits, lockMilliseconds: 200, idleTransactionMilliseconds: 1500 };
  const [stores, still] = [await open(address, limits), await open(address, limits)];
  await commitIdle(stores);
  const release = Promise.withResolvers<void>();
  const batch = noted(idleBatch(headOne), "planned long ago");
  const turn = still.commits.inTurn?.(async (commit) => {
    await release.promise;
    await commit(batch);
  });
  // Until the lock is held.
  const locked = () => server.query("SELECT FROM head FOR UPDATE NOWAIT", nameOf(address));
  while ((await locked().catch(() => undefined)) !== undefined) await new Promise(setImmediate);
  await assert.rejects(commitIdle(stores), { code: "NAT_REGISTRY_BUSY" });
  await assert.rejects(async () => stores.commits.inTurn?.(() => Promise.resolve()), { code: "NAT_REGISTRY_BUSY" });
  while ((await locked().catch(() => undefined)) === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
  await commitIdle(stores);
  release.resolve();
  await assert.rejects(async () => turn, { code: "NAT_REGISTRY_HEAD_MOVED" });
  assert.deepEqual(await sizes(stores), [1, 2]);
});

test("a turn in which nothing was committed leaves nothing, and no lock", async () => {
  const stores = await open(await server.newDatabase());
  await commitIdle(stores);
  assert.equal(await stores.commits.inTurn?.(() => Promise.resolve(7)), 7);
  await assert.rejects(async () => stores.commits.inTurn?.(() => Promise.reject(new Error("planning"))), /planning/);
  await commitIdle(stores);
  assert.deepEqual(await sizes(stores), [1, 2]);
});

test("a statement that takes too long is undone", async () => {
  const address = await server.newDatabase();
  const stores = await open(address, { ...defaultLimits, statementMilliseconds: 300 });
  await commitIdle(stores);
  const holder = new pg.Client({ connectionString: address });
  await holder.connect();
  await holder.query("BEGIN; SELECT FROM head FOR UPDATE");
  await assert.rejects(commitIdle(stores), { code: "NAT_REGISTRY_BUSY" });
  await holder.end();
  await commitIdle(stores);
  assert.deepEqual(await sizes(stores), [1, 2]);
});

test("callers beyond the bound are told at once that the database is busy", async () => {
  const stores = await open(await server.newDatabase(), { ...defaultLimits, sessions: 1, waiting: 2 });
  const asked = Array.from({ length: 5 }, () => sizes(stores));
  const codes = (await Promise.allSettled(asked)).map((one) =>
    one.status === "rejected" ? (one.reason as { code: string }).code : "answered",
  );
  assert.deepEqual(codes.toSorted(), [...Array(3).fill("NAT_REGISTRY_BUSY"), "answered", "answered"]);
});

test("a closed registry answers nothing, at once", async () => {
  const stores = await openPostgresRegistry(parsePostgresAddress(await server.newDatabase()));
  await stores.close();
  await stores.close();
  await assert.rejects(async () => stores.commits.head(), { code: "NAT_POSTGRES_FAILED" });
});
