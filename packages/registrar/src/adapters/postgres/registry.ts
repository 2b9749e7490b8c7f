// SPDX-License-Identifier: Apache-2.0
// A registry in a PostgreSQL database: every storage port over one pool of sessions, or over one read transaction.

import type { ChallengeStore } from "natalis/authenticate";
import type { AttestationStore } from "natalis/birth";
import { type CommitStore, type RegistryStores, registryError } from "natalis/registry";
import { SqlIncidentStore, SqlKeptEvidenceStore, SqlProductStore } from "../sql/admission-store.ts";
import { SqlAuthorityStore } from "../sql/authority-store.ts";
import { SqlRevocationStore } from "../sql/revocation-store.ts";
import type { PostgresAddress } from "./address.ts";
import { PostgresAttestationStore } from "./attestation-store.ts";
import { PostgresChallengeStore } from "./challenge-store.ts";
import { HeadReader, PostgresCommitStore } from "./commit-store.ts";
import { type Limits, PostgresDatabase } from "./database.ts";
import { PostgresDeviceStore } from "./device-store.ts";
import { PostgresExpectationStore } from "./expectation-store.ts";
import { PostgresLogStore } from "./log-store.ts";
import { holdsRegistry, migrateToLatest, requireLatestSchema } from "./migrate.ts";
import { PostgresOperatorStore } from "./operator-store.ts";
import { queriesOver, type Runner, type Statement } from "./runner.ts";
import { PostgresSettingsStore } from "./settings-store.ts";

export interface PostgresRegistry extends RegistryStores {
  /** Open challenges of every process on the database. */
  readonly challenges: ChallengeStore;
  /** Births of every process that wait for their evidence. */
  readonly attestations: AttestationStore;
  /** After this no store may be used. */
  close(): Promise<void>;
}

export interface PostgresSnapshot extends RegistryStores {
  close(): Promise<void>;
}

/**
 * Opens the registry in a database and makes it where the database is empty, brought to the newest schema. Several
 * processes may have one open.
 * @throws NAT_POSTGRES_REFUSED, NAT_POSTGRES_SERVER, NAT_POSTGRES_FOREIGN, NAT_POSTGRES_NEWER, NAT_POSTGRES_HELD,
 * NAT_POSTGRES_UNREACHABLE
 */
export async function openPostgresRegistry(address: PostgresAddress, limits?: Limits): Promise<PostgresRegistry> {
  const database = new PostgresDatabase(address, limits);
  return closingOnFailure(database, async () => {
    await database.inSession(migrateToLatest);
    const commits = new PostgresCommitStore(database);
    const challenges = new PostgresChallengeStore(database);
    const attestations = new PostgresAttestationStore(database);
    return { ...storesOver(database, commits), challenges, attestations, close: () => database.close() };
  });
}

/**
 * Opens the registry in a database for reading, as the newest commit left it now; what is committed later does not
 * show. For audits. Writing fails.
 * @throws what `openPostgresRegistry` does, and NAT_POSTGRES_OLDER
 */
export async function openPostgresSnapshot(address: PostgresAddress): Promise<PostgresSnapshot> {
  const database = new PostgresDatabase(address);
  return closingOnFailure(database, async () => {
    const session = await database.hold();
    await session.run(beginSnapshot);
    await requireLatestSchema(session);
    return { ...readingStores(session), close: () => database.close() };
  });
}

export const beginSnapshot: Statement = { text: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" };

/** @throws NAT_POSTGRES_FOREIGN and what else `openPostgresRegistry` does */
export async function postgresHoldsRegistry(address: PostgresAddress): Promise<boolean> {
  const database = new PostgresDatabase(address);
  try {
    return await holdsRegistry(database);
  } finally {
    await database.close();
  }
}

export async function closingOnFailure<Opened>(
  database: PostgresDatabase,
  open: () => Promise<Opened>,
): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Stores that tell the head and commit nothing. */
export function readingStores(runner: Runner): RegistryStores {
  const heads = new HeadReader(runner);
  return storesOver(runner, {
    head: () => heads.head(),
    commit: () => Promise.reject(registryError("NAT_REGISTRY_BUSY", "a snapshot is not written to")),
  });
}

function storesOver(runner: Runner, commits: CommitStore): RegistryStores {
  const queries = queriesOver(runner);
  const log = new PostgresLogStore(runner);
  const devices = new PostgresDeviceStore(runner, queries);
  const revocations = new SqlRevocationStore(queries);
  return {
    commits,
    log,
    events: log,
    states: log,
    checkpoints: log,
    devices,
    births: devices,
    authorities: new SqlAuthorityStore(queries),
    revocations,
    crls: revocations,
    operators: new PostgresOperatorStore(runner, queries),
    products: new SqlProductStore(queries),
    expectations: new PostgresExpectationStore(runner, queries),
    incidents: new SqlIncidentStore(queries),
    keptEvidence: new SqlKeptEvidenceStore(queries),
    settings: new PostgresSettingsStore(runner),
  };
}
