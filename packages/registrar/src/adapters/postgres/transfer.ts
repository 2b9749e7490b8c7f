// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL registry to copy from, which no registrar may have open meanwhile, and an empty database to copy into:
// one transaction each, so that a copy is there whole or not at all.

import type { CopySource, CopyTarget } from "../sql/copy.ts";
import type { PostgresAddress } from "./address.ts";
import { PostgresDatabase } from "./database.ts";
import { postgresError } from "./errors.ts";
import { makeRegistry, requireLatestSchema } from "./migrate.ts";
import { beginSnapshot, closingOnFailure, readingStores } from "./registry.ts";
import { queriesOver, rowOf } from "./runner.ts";
import { attachedLock } from "./session.ts";

const lockAlone = { text: `SELECT pg_try_advisory_lock(${attachedLock}) AS alone` };

/** @throws NAT_POSTGRES_HELD, and what `openPostgresSnapshot` does */
export async function openPostgresSource(address: PostgresAddress): Promise<CopySource> {
  const database = new PostgresDatabase(address);
  return closingOnFailure(database, async () => {
    const session = await database.hold();
    const lock = await rowOf<{ alone: boolean }>(session, lockAlone, []);
    if (lock?.alone !== true) throw postgresError("NAT_POSTGRES_HELD", "stop the registrars first");
    await session.run(beginSnapshot);
    await requireLatestSchema(session);
    return { queries: queriesOver(session), stores: readingStores(session), close: () => database.close() };
  });
}

/** @throws NAT_POSTGRES_FOREIGN where the database is not empty, and what `openPostgresRegistry` does */
export async function openPostgresTarget(address: PostgresAddress): Promise<CopyTarget> {
  const database = new PostgresDatabase(address);
  return closingOnFailure(database, async () => {
    const session = await database.hold();
    await session.run({ text: "BEGIN" });
    await makeRegistry(session);
    return {
      queries: queriesOver(session),
      stores: readingStores(session),
      async keep() {
        await session.run({ text: "COMMIT" });
        await session.run({ text: "ANALYZE" });
        await database.close();
      },
      abandon: () => database.close(),
    };
  });
}
