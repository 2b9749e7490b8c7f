// SPDX-License-Identifier: Apache-2.0
// The PostgreSQL registry against the contract of every storage port.

import { after, before, suite, test } from "node:test";
import { challengeStoreContract, registryContract } from "natalis/testing";
import { freePort } from "../../cli/ports.ts";
import { openPostgresRegistry, parsePostgresAddress, type PostgresRegistry } from "./index.ts";
import { openTemporaryPostgres, type TemporaryPostgres } from "./temporary-server.ts";

let server: TemporaryPostgres;
const registries: PostgresRegistry[] = [];

before(async () => {
  server = await openTemporaryPostgres({ port: await freePort("127.0.0.1", 0) });
});
after(async () => {
  for (const registry of registries) await registry.close();
  await server.close();
});

async function open(address: string): Promise<PostgresRegistry> {
  const registry = await openPostgresRegistry(parsePostgresAddress(address));
  registries.push(registry);
  return registry;
}

suite("contract", () => {
  for (const promise of registryContract)
    test(promise.name, async () => {
      const address = await server.newDatabase();
      await promise.run({ open: () => open(address) });
      for (const registry of registries.splice(0)) await registry.close();
    });
});

suite("challenges", () => {
  for (const promise of challengeStoreContract)
    test(promise.name, async () => promise.run((await open(await server.newDatabase())).challenges));
});
