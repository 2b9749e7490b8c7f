// SPDX-License-Identifier: Apache-2.0
// Makes a registrar: keys, root and issuing authority, registry with its first commit, trust file, an administrator.
// Everything is made in a folder beside and renamed at the end, so that there is a whole registrar or none.

import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import {
  FileCheckpointMirror,
  nodeEntropy,
  nodeHash,
  renameDurably,
  systemClock,
  writeFileDurably,
} from "@natalis/node";
import { keyIdentifier, parseCertificate } from "natalis/formats";
import {
  newSerial,
  openAuthority,
  prepareIssuingCertificate,
  prepareRootCertificate,
  signPrepared,
} from "natalis/issue";
import { encodeUtf8, toHex } from "natalis/kernel";
import { parseTrustFile, type RegistryEvent, type RegistryStores, Sequencer, type TrustFile } from "natalis/registry";
import { copyRegistry } from "./copy-registry.ts";
import { type DataFolder, dataFolder, makeDataFolder } from "./data-folder.ts";
import { postgresDatabase, sqliteDatabase } from "./database.ts";
import { serviceError } from "./errors.ts";
import { type AllKeys, logSigners, makeKeys } from "./keys.ts";
import { choosePassphrase } from "./passphrase.ts";
import { writeFirstProfile } from "./profiles.ts";
import { renewRootCrl } from "./revocation-lists.ts";
import { type Settings, settingsMap } from "./settings.ts";
import { newToken, tokenHash } from "./tokens.ts";
import { trustFileText } from "./trust.ts";

export interface InitInput {
  /** The folder to make; may be there already if it is empty. */
  readonly folder: string;
  readonly settings: Settings;
  /** Product line of the first profile. */
  readonly product: string;
  readonly passphraseFile?: string | undefined;
  /** Address of an empty PostgreSQL database for the registry; absent: a SQLite file in the folder. */
  readonly database?: string | undefined;
}

export interface Made {
  readonly folder: DataFolder;
  readonly warnings: readonly string[];
}

interface Authorities {
  readonly root: Uint8Array;
  readonly issuing: Uint8Array;
}

/**
 * @throws NAT_SERVICE_CONFLICT where the folder holds anything, NAT_SERVICE_DATA where it cannot be made,
 * NAT_POSTGRES_FOREIGN where the database is not empty
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
  const { settings } = input;
  await chmod(folder.path, 0o700);
  // First, since what it refuses should not cost the making of keys.
  await writeFirstProfile(folder.profiles, input.product, settings.maker);
  const { passphrase, warnings } = await choosePassphrase(folder, input.passphraseFile, nodeEntropy);
  const keys = await makeKeys(folder, passphrase);
  const authorities = await makeAuthorities(settings, keys);
  const [root, issuing] = [authorityOf(authorities.root, settings), authorityOf(authorities.issuing, settings)];
  const registry = await sqliteDatabase(folder).open();
  try {
    await registry.settings.initialise(settingsMap(settings));
    const token = await commitFirst(registry, folder, settings, keys, authorities);
    await renewRootCrl(registry, { root, issuing }, () => keys.root, systemClock);
    await writeFileDurably(folder.adminToken, encodeUtf8(`${token}\n`));
  } finally {
    await registry.close();
  }
  const trust = trustFileText(settings, keys, root.certificate);
  await writeFileDurably(folder.trust, encodeUtf8(trust), 0o644);
  if (input.database !== undefined) await moveRegistry(folder, input.database, parseTrustFile(trust));
  return warnings;
}

/** Made in the folder and copied in one transaction: a registry is in the database whole or not at all. */
async function moveRegistry(folder: DataFolder, address: string, trust: TrustFile): Promise<void> {
  const to = postgresDatabase(address);
  await copyRegistry({ from: sqliteDatabase(folder), to, trust });
  await rm(folder.database);
  await writeFileDurably(folder.databaseAddress, encodeUtf8(`${to.shown}\n`));
}

/** The root signs itself and the issuing authority, which signs everything else. */
async function makeAuthorities(settings: Settings, keys: AllKeys): Promise<Authorities> {
  const organization = settings.maker;
  const fields = () => ({ serialNumber: newSerial(nodeEntropy), notBefore: systemClock.now() });
  const preparedRoot = prepareRootCertificate({
    ...fields(),
    name: { organization, commonName: `${organization} root`.slice(0, 64) },
    publicKey: keys.root.publicKey,
    hash: nodeHash,
  });
  const root = await signPrepared(preparedRoot, keys.root);
  const preparedIssuing = prepareIssuingCertificate({
    ...fields(),
    authority: authorityOf(root, settings),
    name: { organization, commonName: `${organization} births`.slice(0, 64) },
    publicKey: keys.issuing.publicKey,
  });
  return { root, issuing: await signPrepared(preparedIssuing, keys.root) };
}

function authorityOf(certificate: Uint8Array, { publicUrl, arc }: Settings) {
  return openAuthority({ certificate: parseCertificate(certificate), baseUrl: publicUrl, arc, hash: nodeHash });
}

/** Enters both authorities and the administrator; answers the administrator's token. */
async function commitFirst(
  stores: RegistryStores,
  folder: DataFolder,
  settings: Settings,
  keys: AllKeys,
  authorities: Authorities,
): Promise<string> {
  const token = newToken(nodeEntropy);
  const mirror = new FileCheckpointMirror(folder.checkpoint);
  const { origin } = settings;
  const signers = logSigners(origin, keys);
  const sequencer = new Sequencer({ stores, mirror, origin, signers, entropy: nodeEntropy, hash: nodeHash });
  const events: RegistryEvent[] = [
    authorityEvent("root", authorities.root),
    authorityEvent("issuing", authorities.issuing),
    {
      type: "operator-enrolled",
      operator: { id: "admin", name: "administrator", role: "admin", tokenHash: hashOf(token), products: [] },
      actor: "init",
    },
  ];
  const { outcomes } = await sequencer.commit(events, systemClock.now());
  for (const outcome of outcomes) if (outcome.kind === "refused") throw outcome.error;
  return token;
}

function authorityEvent(kind: "root" | "issuing", der: Uint8Array): RegistryEvent {
  const { publicKey } = parseCertificate(der);
  const keyId = toHex(keyIdentifier(publicKey, nodeHash));
  return { type: "authority", kind, keyId, keyHash: nodeHash.sha256(publicKey), certificate: der, actor: "init" };
}

function hashOf(token: string): Uint8Array {
  return tokenHash(token, nodeHash) as Uint8Array;
}
