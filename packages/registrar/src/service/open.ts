// SPDX-License-Identifier: Apache-2.0
// Opens a registrar from its data folder: passphrase, keys, registry (which must extend the newest checkpoint kept
// outside it), settings, authority, profiles, use cases. Each step either holds or stops the start.

import { access, readFile } from "node:fs/promises";
import { FileCheckpointMirror, nodeEntropy, nodeHash, systemClock } from "@natalis/node";
import { parseCertificate } from "natalis/formats";
import { type Authority, openAuthority } from "natalis/issue";
import { equalBytes, type Signer } from "natalis/kernel";
import { openRegistry, type RegistryStores, Sequencer } from "natalis/registry";
import { openSqliteRegistry, type SqliteRegistry } from "../adapters/sqlite/index.ts";
import { EventQueue } from "../pipeline/event-queue.ts";
import { Births } from "./births.ts";
import { type DataFolder, dataFolder } from "./data-folder.ts";
import { serviceError } from "./errors.ts";
import { logSigners, openKeys, openRootKey, type RegistrarKeys } from "./keys.ts";
import { Lifecycle } from "./lifecycle.ts";
import { Operators } from "./operators.ts";
import { readPassphrase } from "./passphrase.ts";
import { loadProfiles } from "./profiles.ts";
import { Proofs } from "./proofs.ts";
import type { Registrar } from "./registrar.ts";
import { isRootCrlDue, RevocationLists, renewRootCrl } from "./revocation-lists.ts";
import { parseSettings, type Settings } from "./settings.ts";

export interface OpenedRegistrar {
  readonly folder: DataFolder;
  readonly registrar: Registrar;
  readonly authority: Authority;
  readonly issuing: Signer;
  readonly queue: EventQueue;
  readonly warnings: readonly string[];
}

interface Authorities {
  readonly root: Authority;
  readonly issuing: Authority;
}

/**
 * @throws NAT_SERVICE_DATA, NAT_SERVICE_PROFILE, NAT_SERVICE_SETTINGS, NAT_KEYFILE_PASSPHRASE,
 * NAT_REGISTRY_ROLLED_BACK, NAT_REGISTRY_DAMAGED
 */
export async function openRegistrar(path: string, passphraseFile: string | undefined): Promise<OpenedRegistrar> {
  const folder = dataFolder(path);
  await access(folder.database).catch((cause: unknown) => {
    throw serviceError("NAT_SERVICE_DATA", `${path} holds no registry; natalis init makes one`, cause);
  });
  const { passphrase, warnings } = await readPassphrase(folder, passphraseFile);
  const opened = await openKeys(folder, passphrase);
  const registry = await openSqliteRegistry(folder.database);
  try {
    const settings = parseSettings(Object.fromEntries(await registry.settings.settings()));
    const wired = await wire(folder, registry, settings, opened.keys, passphrase);
    return {
      ...wired,
      warnings: [...warnings, ...opened.warnings, "keys of the authority are in files, not in hardware"],
    };
  } catch (error) {
    registry.close();
    throw error;
  }
}

async function wire(
  folder: DataFolder,
  stores: SqliteRegistry,
  settings: Settings,
  keys: RegistrarKeys,
  passphrase: string,
): Promise<Omit<OpenedRegistrar, "warnings">> {
  const { origin } = settings;
  const mirror = new FileCheckpointMirror(folder.checkpoint);
  await openRegistry({ stores, mirror, origin, hash: nodeHash });
  const signers = logSigners(origin, keys);
  const sequencer = new Sequencer({ stores, mirror, origin, signers, entropy: nodeEntropy, hash: nodeHash });
  const queue = new EventQueue(sequencer, systemClock);
  const { root, issuing } = await openAuthorities(stores, settings, keys);
  if (await isRootCrlDue(stores, root, systemClock.now()))
    await renewRootCrl(stores, root, await openRootKey(folder, passphrase), systemClock.now());
  const profiles = await loadProfiles(folder.profiles);
  const proofs = new Proofs(stores, nodeHash);
  const registrar: Registrar = {
    settings,
    trust: await readFile(folder.trust, "utf8"),
    profiles,
    stores,
    proofs,
    births: new Births({ stores, queue, proofs, profiles, keys, authority: issuing, root: root.certificate.der }),
    lifecycle: new Lifecycle(queue, proofs),
    operators: new Operators(stores.operators, queue, nodeEntropy, nodeHash),
    revocationLists: new RevocationLists(stores, issuing, keys.issuing, systemClock),
    isReady: () => queue.isOpen,
    async close() {
      await queue.close();
      stores.close();
    },
  };
  return { folder, registrar, authority: issuing, issuing: keys.issuing, queue };
}

async function openAuthorities(stores: RegistryStores, settings: Settings, keys: RegistrarKeys): Promise<Authorities> {
  const open = async (kind: "root" | "issuing"): Promise<Authority> => {
    const row = await stores.authorities.latestAuthority(kind);
    if (row === undefined) throw serviceError("NAT_SERVICE_DATA", `the registry has no ${kind} authority`);
    const certificate = parseCertificate(row.certificate);
    return openAuthority({ certificate, baseUrl: settings.publicUrl, arc: settings.arc, hash: nodeHash });
  };
  const [root, issuing] = [await open("root"), await open("issuing")];
  if (!equalBytes(issuing.certificate.publicKey, keys.issuing.publicKey))
    throw serviceError("NAT_SERVICE_DATA", "the issuing key is not that of the registry's issuing authority");
  return { root, issuing };
}
