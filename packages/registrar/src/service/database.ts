// SPDX-License-Identifier: Apache-2.0
// Which database keeps the registry: a SQLite file in the data folder, or a PostgreSQL database, named by its address
// on the command line, in the environment, or in the data folder.

import { access } from "node:fs/promises";
import { readSecretFile } from "@natalis/node";
import type { ChallengeStore } from "natalis/authenticate";
import type { AttestationStore } from "natalis/birth";
import { type Awaitable, decodeUtf8, isNatalisError } from "natalis/kernel";
import type { RegistryStores } from "natalis/registry";
import {
  openPostgresRegistry,
  openPostgresSnapshot,
  openPostgresSource,
  openPostgresTarget,
  parsePostgresAddress,
  postgresHoldsRegistry,
} from "../adapters/postgres/index.ts";
import type { CopySource, CopyTarget } from "../adapters/sql/copy.ts";
import {
  openServedSqliteRegistry,
  openSqliteSnapshot,
  openSqliteSource,
  openSqliteTarget,
  SqliteAttestationStore,
  SqliteChallengeStore,
} from "../adapters/sqlite/index.ts";
import type { DataFolder } from "./data-folder.ts";

interface Closable {
  close(): Awaitable<void>;
}

export interface OpenStores extends RegistryStores, Closable {
  /** Challenges that all processes of this registry share. */
  openChallenges(): ChallengeStore & Closable;
  /** Births that wait for their evidence, of all processes; closed with the stores. */
  readonly attestations: AttestationStore;
}

export interface Snapshot extends RegistryStores, Closable {
  /** What the database finds wrong with its own files, where it can tell: an audit of rows does not see a torn index. */
  damage?(): readonly string[];
}

export interface RegistryDatabase {
  /** For people; without a password. */
  readonly shown: string;
  isMade(): Promise<boolean>;
  /** Makes the registry where there is none. */
  open(): Promise<OpenStores>;
  /** What the newest commit left, for reading. */
  openSnapshot(): Promise<Snapshot>;
  openSource(): Promise<CopySource>;
  openTarget(): Promise<CopyTarget>;
}

const addressLimit = 4096;

/** `address` is what the command line or the environment says; absent: what the folder says. @throws NAT_POSTGRES_ADDRESS */
export async function databaseOf(folder: DataFolder, address?: string): Promise<RegistryDatabase> {
  const chosen = address ?? (await keptAddress(folder));
  return chosen === undefined ? sqliteDatabase(folder) : postgresDatabase(chosen);
}

export function sqliteDatabase(folder: DataFolder): RegistryDatabase {
  const path = folder.database;
  return {
    shown: path,
    isMade: () =>
      access(path).then(
        () => true,
        () => false,
      ),
    async open() {
      const stores = await openServedSqliteRegistry(path);
      const attestations = new SqliteAttestationStore(folder.challenges);
      return {
        ...stores,
        attestations,
        openChallenges: () => new SqliteChallengeStore(folder.challenges),
        async close() {
          await stores.close();
          attestations.close();
        },
      };
    },
    openSnapshot: () => openSqliteSnapshot(path),
    openSource: () => openSqliteSource(path),
    openTarget: () => openSqliteTarget(path),
  };
}

/** @throws NAT_POSTGRES_ADDRESS */
export function postgresDatabase(text: string): RegistryDatabase {
  const address = parsePostgresAddress(text);
  return {
    shown: address.shown,
    isMade: () => postgresHoldsRegistry(address),
    async open() {
      const stores = await openPostgresRegistry(address);
      // They are in the same database, and closed with it.
      return { ...stores, openChallenges: () => withoutEnd(stores.challenges) };
    },
    openSnapshot: () => openPostgresSnapshot(address),
    openSource: () => openPostgresSource(address),
    openTarget: () => openPostgresTarget(address),
  };
}

function withoutEnd(challenges: ChallengeStore): ChallengeStore & Closable {
  return {
    put: (challenge) => challenges.put(challenge),
    take: (nonce) => challenges.take(nonce),
    close: () => undefined,
  };
}

async function keptAddress({ databaseAddress }: DataFolder): Promise<string | undefined> {
  try {
    return decodeUtf8((await readSecretFile(databaseAddress, addressLimit)).bytes).trim();
  } catch (error) {
    if (!isNatalisError(error) && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
