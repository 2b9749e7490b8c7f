// SPDX-License-Identifier: Apache-2.0
// Makes a registrar: keys, root and issuing authority, registry with its first commit, trust file, an administrator; or,
// where the root is elsewhere, keys and a request to it (external-root.ts goes on from there). Everything is made in a
// folder beside and renamed at the end, so that there is a whole registrar or none.

import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { nodeEntropy, renameDurably, systemClock } from "@natalis/node";
import { type Signer, toHex } from "natalis/kernel";
import { type AuthorityPair, authorityOf, certifyIssuing, certifyRoot, issuingName, rootName } from "./authorities.ts";
import type { TokenAccess } from "./authority-token.ts";
import { type DataFolder, dataFolder, makeDataFolder } from "./data-folder.ts";
import { postgresDatabase } from "./database.ts";
import { serviceError } from "./errors.ts";
import { askRoot } from "./external-root.ts";
import { foundRegistry } from "./found-registry.ts";
import { makeKeys, type RegistrarKeys } from "./keys.ts";
import { choosePassphrase } from "./passphrase.ts";
import { writeFirstProfile } from "./profiles.ts";
import { renewRootCrl } from "./revocation-lists.ts";
import type { Settings } from "./settings.ts";

export interface InitInput {
  /** The folder to make; may be there already if it is empty. */
  readonly folder: string;
  readonly settings: Settings;
  /** Product line of the first profile. */
  readonly product: string;
  readonly passphraseFile?: string | undefined;
  /** Address of an empty PostgreSQL database for the registry; absent: a SQLite file in the folder. */
  readonly database?: string | undefined;
  /** The authority's keys are made in this token; absent: in files. */
  readonly token?: TokenAccess | undefined;
  /** The root is elsewhere: there will be a request to it, and no registry yet. */
  readonly externalRoot?: boolean | undefined;
}

export interface Made {
  readonly folder: DataFolder;
  readonly warnings: readonly string[];
}

/**
 * @throws NAT_SERVICE_CONFLICT where the folder holds anything, NAT_SERVICE_DATA where it cannot be made,
 * NAT_POSTGRES_FOREIGN where the database is not empty, NAT_SERVICE_TOKEN, NAT_PKCS11_…
 */
export async function initRegistrar(input: InitInput): Promise<Made> {
  const path = resolve(input.folder);
  await requireEmpty(path);
  await mkdir(dirname(path), { recursive: true });
  const building = `${path}.${toHex(nodeEntropy.bytes(4))}.new`;
  try {
    const warnings = await build(await makeDataFolder(building), input);
    await name(building, path);
    const folder = dataFolder(path);
    return { folder, warnings: warnings.map((warning) => warning.replaceAll(building, path)) };
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw error;
  }
}

async function requireEmpty(path: string): Promise<void> {
  const entries = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw serviceError("NAT_SERVICE_DATA", `${path} is not a folder that can be read`, error);
  });
  if (entries.length > 0) throw serviceError("NAT_SERVICE_CONFLICT", `${path} is not empty`);
}

/** A mount point keeps its name, and another process may have been faster. */
async function name(building: string, path: string): Promise<void> {
  await renameDurably(building, path).catch((cause: unknown) => {
    throw serviceError("NAT_SERVICE_DATA", `${path} cannot be made; a folder inside a mount point can`, cause);
  });
}

async function build(folder: DataFolder, input: InitInput): Promise<readonly string[]> {
  const { settings, token, externalRoot = false, database } = input;
  await chmod(folder.path, 0o700);
  // First, since what they refuse should not cost the making of keys.
  await writeFirstProfile(folder.profiles, input.product, settings.maker);
  const address = database === undefined ? undefined : postgresDatabase(database).shown;
  const { passphrase, warnings } = await choosePassphrase(folder, input.passphraseFile, nodeEntropy);
  const keys = await makeKeys(folder, { passphrase, token, withRoot: !externalRoot });
  try {
    if (keys.root === undefined) await askRoot(folder, { settings, database: address }, keys.issuing);
    else await found(folder, input, keys, keys.root);
  } finally {
    keys.close();
  }
  return [...warnings, ...keys.warnings];
}

async function found(folder: DataFolder, input: InitInput, keys: RegistrarKeys, root: Signer): Promise<void> {
  const { settings, database } = input;
  const authorities = await makeAuthorities(settings, keys, root);
  await foundRegistry(folder, {
    settings,
    keys,
    authorities,
    list: (stores) => renewRootCrl(stores, authorities, () => root, systemClock),
    database,
  });
}

/** The root signs itself and the issuing authority, which signs everything else. */
async function makeAuthorities(settings: Settings, keys: RegistrarKeys, signer: Signer): Promise<AuthorityPair> {
  const root = authorityOf(await certifyRoot(rootName(settings.maker), signer), settings);
  const issuing = await certifyIssuing(root, issuingName(settings.maker), keys.issuing.publicKey, signer);
  return { root, issuing: authorityOf(issuing, settings) };
}
