// SPDX-License-Identifier: Apache-2.0
// The PostgreSQL registry against the contract of every storage port, and what only a database server can do.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { CommitBatch, RegistryStores } from "natalis/registry";
import { attestationStoreContract, challengeStoreContract, registryContract } from "natalis/testing";
import { freePort } from "../../cli/ports.ts";
import { PostgresAttestationStore } from "./attestation-store.ts";
import { PostgresChallengeStore } from "./challenge-store.ts";
import { PostgresDatabase } from "./database.ts";
import { openPostgresRegistry, openPostgresSnapshot, parsePostgresAddress, type PostgresRegistry } from "./index.ts";
import { openTemporaryPostgres, type TemporaryPostgres } from "./temporary-server.ts";
import { commitIdle, idleBatch } from "./unsafe-test-rows.ts";

let server: TemporaryPostgres;
const opened: { close(): Promise<void> }[] = [];

before(async () => {
  server = await openTemporaryPostgres({ port: await freePort("127.0.0.1", 0) });
});
after(async () => {
  await closeAll();
  await server.close();
});

async function closeAll(): Promise<void> {
  for (const one of opened.splice(0)) await one.close();
}

function kept<One extends { close(): Promise<void> }>(one: One): One {
  opened.push(one);
  return one;
}

async function open(address: string): Promise<PostgresRegistry> {
  return kept(await openPostgresRegistry(parsePostgresAddress(address)));
}

async function openSnapshot(address: string): Promise<RegistryStores> {
  return kept(await openPostgresSnapshot(parsePostgresAddress(address)));
}

function openDatabase(address: string): PostgresDatabase {
  return kept(new PostgresDatabase(parsePostgresAddress(address)));
}

const nameOf = (address: string) => new URL(address).pathname.slice(1);

suite("contract", () => {
  for (const promise of registryContract)
    test(promise.name, async () => {
      const address = await server.newDatabase();
      await promise.run({ open: () => open(address) });
      await closeAll();
    });
});

suite("attestations", () => {
  for (const promise of attestationStoreContract)
    test(promise.name, async () => {
      await promise.run((await open(await server.newDatabase())).attestations);
      await closeAll();
    });

  test("when there are too many, those that end first give way", async () => {
    const address = await server.newDatabase();
    await open(address);
    const store = new PostgresAttestationStore(openDatabase(address), { all: 2, owner: 100 });
    const octets = (number: number, length = 32) => new Uint8Array(length).fill(number);
    const begun = [3, 1, 2].map((number) => ({
      id: octets(number, 16),
      station: "s",
      keyHash: octets(number),
      factsHash: octets(number),
      bornAt: 1,
      nonce: octets(number),
      expiresAt: new Date(number * 1000),
    }));
    for (const attestation of begun) await store.put(attestation);
    const taken = await Promise.all(begun.map(({ id }) => store.take(id, "s")));
    assert.deepEqual(
      taken.map((one) => one?.expiresAt.getTime()),
      [3000, undefined, 2000],
    );
    await closeAll();
  });

  test("one station takes nothing from another, neither beyond its own bound nor beyond that of all", async () => {
    for (const limits of [
      { all: 100, owner: 2 },
      { all: 3, owner: 100 },
    ]) {
      const address = await server.newDatabase();
      await open(address);
      const store = new PostgresAttestationStore(openDatabase(address), limits);
      const octets = (number: number, length = 32) => new Uint8Array(length).fill(number);
      const numbered = (number: number, station: string) => {
        const hashes = { keyHash: octets(number), factsHash: octets(number), nonce: octets(number) };
        return { id: octets(number, 16), station, ...hashes, bornAt: 1, expiresAt: new Date(number * 1000) };
      };
      await store.put(numbered(1, "quiet"));
      for (const number of [10, 11, 12, 13]) await store.put(numbered(number, "loud"));
      const left = [];
      for (const number of [10, 11, 12, 13]) if (await store.take(octets(number, 16), "loud")) left.push(number);
      assert.deepEqual(left, [12, 13]);
      assert.ok(await store.take(octets(1, 16), "quiet"));
      await closeAll();
    }
  });
});

suite("challenges", () => {
  for (const promise of challengeStoreContract)
    test(promise.name, async () => {
      await promise.run((await open(await server.newDatabase())).challenges);
      await closeAll();
    });
});

test("challenges of one process are taken by another; when there are too many, those that end first give way", async () => {
  const address = await server.newDatabase();
  await open(address);
  const [one, other] = [
    new PostgresChallengeStore(openDatabase(address), 2),
    new PostgresChallengeStore(openDatabase(address), 2),
  ];
  const challenges = [3, 1, 2].map((number) => {
    const nonce = new Uint8Array(32).fill(number);
    return { nonce, audience: "a", expiresAt: new Date(number * 1000) };
  });
  for (const challenge of challenges) await one.put(challenge);
  const taken = await Promise.all(challenges.map(({ nonce }) => other.take(nonce)));
  assert.deepEqual(
    taken.map((challenge) => challenge?.expiresAt.getTime()),
    [3000, undefined, 2000],
  );
});

test("a snapshot shows the newest commit of its time, however many follow, and is not written to", async () => {
  const address = await server.newDatabase();
  const writer = await open(address);
  await commitIdle(writer);
  const snapshot = await openSnapshot(address);
  for (let i = 0; i < 5; i++) await commitIdle(writer);
  assert.equal((await snapshot.commits.head())?.size, 1);
  const [events, checkpoints] = await Promise.all([
    snapshot.events.readEvents(0, 500),
    snapshot.checkpoints.listCheckpoints(0, 500),
  ]);
  assert.deepEqual([events.length, checkpoints.length], [1, 1]);
  await assert.rejects(commitIdle(snapshot));
  await assert.rejects(async () => snapshot.settings.initialise(new Map([["arc", "1"]])));
  assert.equal((await writer.commits.head())?.size, 6);
});

test("a change of a device or operator that is not there is refused whole", async () => {
  const stores = await open(await server.newDatabase());
  const commit = (parts: Partial<CommitBatch>) => stores.commits.commit(idleBatch(undefined, parts));
  const change = { id: new Uint8Array(16), state: "retired", since: 1, lastEntry: 1 } as const;
  await assert.rejects(async () => commit({ changes: [change] }), { code: "NAT_REGISTRY_DEVICE" });
  const revoked = { id: "station-9", state: "revoked", lastEntry: 1 } as const;
  await assert.rejects(async () => commit({ operatorChanges: [revoked] }), { code: "NAT_REGISTRY_OPERATOR" });
  const births = [{ operator: "station-9", births: 1 }];
  await assert.rejects(async () => commit({ births }), { code: "NAT_REGISTRY_QUOTA" });
  assert.equal(await stores.commits.head(), undefined);
  await commitIdle(stores);
});

test("history cannot be changed or deleted, not even by SQL", async () => {
  const address = await server.newDatabase();
  const stores = await open(address);
  await stores.settings.initialise(new Map([["arc", "1.3.6.1"]]));
  await commitIdle(stores);
  for (const statement of [
    "UPDATE entries SET body = ''",
    "DELETE FROM entries",
    "TRUNCATE entries",
    "UPDATE checkpoints SET note = ''",
    "DELETE FROM checkpoints",
    "TRUNCATE devices",
    "DELETE FROM operators",
    "UPDATE settings SET value = ''",
    "DELETE FROM settings",
  ])
    await assert.rejects(server.query(statement, nameOf(address)), /this history does not change/, statement);
});

test("a text that no column can hold is nobody's", async () => {
  const stores = await open(await server.newDatabase());
  assert.deepEqual(await stores.devices.listDevices({ limit: 5, filter: { serial: "S\0" } }), []);
  assert.equal(await stores.operators.operator("a\0"), undefined);
});

test("a database of something else, or of newer software, is left alone; an older one is not read unopened", async () => {
  const [foreign, newer, older] = [await server.newDatabase(), await server.newDatabase(), await server.newDatabase()];
  await server.query("CREATE TABLE theirs (x int)", nameOf(foreign));
  for (const how of [open, openSnapshot]) await assert.rejects(how(foreign), { code: "NAT_POSTGRES_FOREIGN" });
  await open(newer);
  await server.query("INSERT INTO natalis_migration VALUES ('9999-later', '')", nameOf(newer));
  for (const how of [open, openSnapshot]) await assert.rejects(how(newer), { code: "NAT_POSTGRES_NEWER" });
  await assert.rejects(openSnapshot(older), { code: "NAT_POSTGRES_OLDER" });
  await open(older);
  await openSnapshot(older);
});

test("processes that open an empty database at once make one registry", async () => {
  const address = await server.newDatabase();
  const registries = await Promise.all(Array.from({ length: 4 }, () => open(address)));
  const commits = await Promise.allSettled(registries.map(commitIdle));
  const { length } = commits.filter(({ status }) => status === "fulfilled");
  assert.equal((await registries[0]?.commits.head())?.size, length);
  assert.ok(length > 0);
});

test("lists that are narrowed use the index of the field, in the order of ordinals", async () => {
  const address = await server.newDatabase();
  await open(address);
  const plan = async (where: string) => {
    const query = `EXPLAIN SELECT * FROM devices WHERE ordinal > 5 AND ${where} ORDER BY ordinal LIMIT 9`;
    const rows = await server.query(query, nameOf(address));
    return rows.map((row) => Object.values(row)[0]).join("; ");
  };
  for (const field of ["serial", "model", "station", "product", "maker"])
    assert.match(await plan(`${field} = 'x'`), new RegExp(`Scan.* devices_${field}`));
  assert.match(await plan("state = 'revoked' AND state <> 'active'"), /devices_not_active/);
});
