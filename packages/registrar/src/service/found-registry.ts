// SPDX-License-Identifier: Apache-2.0
// The first commit of a registry: both authorities and an administrator; with it the trust file. The files are written
// where the folder says, which need not be where they will stay.

import { rm } from "node:fs/promises";
import { FileCheckpointMirror, nodeEntropy, nodeHash, systemClock, writeFileDurably } from "@natalis/node";
import { encodeUtf8 } from "natalis/kernel";
import {
  authorityEvent,
  parseTrustFile,
  type RegistryEvent,
  type RegistryStores,
  Sequencer,
  type TrustFile,
} from "natalis/registry";
import type { AuthorityPair } from "./authorities.ts";
import { copyRegistry } from "./copy-registry.ts";
import type { DataFolder } from "./data-folder.ts";
import { postgresDatabase, sqliteDatabase } from "./database.ts";
import { logSigners, type RegistrarKeys } from "./keys.ts";
import { type Settings, settingsMap } from "./settings.ts";
import { newToken, tokenHash } from "./tokens.ts";
import { trustFileText } from "./trust.ts";

export interface Foundation {
  readonly settings: Settings;
  readonly keys: RegistrarKeys;
  readonly authorities: AuthorityPair;
  /** Puts the root's revocation list into the new registry. */
  readonly list: (stores: RegistryStores) => Promise<unknown>;
  /** Address of an empty PostgreSQL database for the registry; absent: a SQLite file in the folder. */
  readonly database: string | undefined;
}

/** @throws NAT_POSTGRES_FOREIGN where the database is not empty, and what `list` throws */
export async function foundRegistry(folder: DataFolder, foundation: Foundation): Promise<void> {
  const { settings, keys, authorities, list, database } = foundation;
  const registry = await sqliteDatabase(folder).open();
  try {
    await registry.settings.initialise(settingsMap(settings));
    const token = await commitFirst(registry, folder, foundation);
    await list(registry);
    await writeFileDurably(folder.adminToken, encodeUtf8(`${token}\n`));
  } finally {
    await registry.close();
  }
  const trust = trustFileText(settings, keys, authorities.root.certificate);
  await writeFileDurably(folder.trust, encodeUtf8(trust), 0o644);
  if (database !== undefined) await moveRegistry(folder, database, parseTrustFile(trust));
}

/** Made in the folder and copied in one transaction: a registry is in the database whole or not at all. */
async function moveRegistry(folder: DataFolder, address: string, trust: TrustFile): Promise<void> {
  const to = postgresDatabase(address);
  await copyRegistry({ from: sqliteDatabase(folder), to, trust });
  await rm(folder.database);
  await writeFileDurably(folder.databaseAddress, encodeUtf8(`${to.shown}\n`));
}

/** Enters both authorities and the administrator; answers the administrator's token. */
async function commitFirst(
  stores: RegistryStores,
  folder: DataFolder,
  { settings: { origin }, keys, authorities: { root, issuing } }: Foundation,
): Promise<string> {
  const token = newToken(nodeEntropy);
  const mirror = new FileCheckpointMirror(folder.checkpoint);
  const signers = logSigners(origin, keys);
  const sequencer = new Sequencer({ stores, mirror, origin, signers, entropy: nodeEntropy, hash: nodeHash });
  const cause = { actor: "init" };
  const events: RegistryEvent[] = [
    authorityEvent("root", root.certificate.der, cause, nodeHash),
    authorityEvent("issuing", issuing.certificate.der, cause, nodeHash),
    {
      type: "operator-enrolled",
      operator: { id: "admin", name: "administrator", role: "admin", tokenHash: hashOf(token), products: [] },
      ...cause,
    },
  ];
  const { outcomes } = await sequencer.commit(events, systemClock.now());
  for (const outcome of outcomes) if (outcome.kind === "refused") throw outcome.error;
  return token;
}

function hashOf(token: string): Uint8Array {
  return tokenHash(token, nodeHash) as Uint8Array;
}
