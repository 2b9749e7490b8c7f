// SPDX-License-Identifier: Apache-2.0
// Opens a registrar from its data folder: passphrase, keys, registry (which must extend the newest checkpoint kept
// outside it), settings, authority, profiles, use cases. Each step either holds or stops the start.

import {
  FileCheckpointMirror,
  nodeEntropy,
  nodeHash,
  nodeSignatureVerifier,
  removeAbandonedWrites,
  shareAuthenticator,
  shareKey,
  systemClock,
} from "@natalis/node";
import { parseCertificate } from "natalis/formats";
import { type Authority, openAuthority } from "natalis/issue";
import { equalBytes, type Signer } from "natalis/kernel";
import { type CheckpointMirror, openRegistry, type RegistryStores, Sequencer } from "natalis/registry";
import { startBirthWorkers } from "../pipeline/birth-workers.ts";
import { EventQueue } from "../pipeline/event-queue.ts";
import { Births } from "./births.ts";
import { type DataFolder, dataFolder } from "./data-folder.ts";
import { databaseOf, type OpenStores } from "./database.ts";
import { serviceError } from "./errors.ts";
import { Expectations } from "./expectations.ts";
import { Genuine } from "./genuine.ts";
import { Incidents } from "./incidents.ts";
import { logSigners, openKeys, openRootKey, type RegistrarKeys } from "./keys.ts";
import { Lifecycle } from "./lifecycle.ts";
import { Operators } from "./operators.ts";
import { readPassphrase } from "./passphrase.ts";
import { loadProfiles } from "./profiles.ts";
import { Products } from "./products.ts";
import { Proofs } from "./proofs.ts";
import type { Registrar } from "./registrar.ts";
import { RevocationLists, renewRootCrl } from "./revocation-lists.ts";
import { parseSettings, type Settings } from "./settings.ts";
import { StationIntake } from "./station-intake.ts";
import { Stations } from "./stations.ts";
import { readTrustFile } from "./trust.ts";

export interface OpenedRegistrar {
  readonly folder: DataFolder;
  readonly registrar: Registrar;
  readonly authority: Authority;
  readonly issuing: Signer;
  readonly queue: EventQueue;
  readonly incidents: Incidents;
  readonly warnings: readonly string[];
  /** Challenges of the authentication service. */
  readonly openChallenges: OpenStores["openChallenges"];
  /** Renews the root's own list in the last month before its end, with the passphrase read anew. */
  renewRootCrl(): Promise<boolean>;
}

interface Authorities {
  readonly root: Authority;
  readonly issuing: Authority;
}

interface Parts {
  readonly folder: DataFolder;
  readonly stores: OpenStores;
  readonly mirror: CheckpointMirror;
  readonly settings: Settings;
  readonly keys: RegistrarKeys;
  readonly authorities: Authorities;
}

/** A file of the data folder is written in less, milliseconds. */
const longestWrite = 60_000;

/**
 * @throws NAT_SERVICE_DATA, NAT_SERVICE_PROFILE, NAT_SERVICE_SETTINGS, NAT_KEYFILE_PASSPHRASE,
 * NAT_REGISTRY_ROLLED_BACK, NAT_REGISTRY_DAMAGED, NAT_REGISTRY_TRUST_FILE, and what the database refuses
 */
export async function openRegistrar(
  path: string,
  passphraseFile: string | undefined,
  databaseAddress?: string,
): Promise<OpenedRegistrar> {
  const folder = dataFolder(path);
  const database = await databaseOf(folder, databaseAddress);
  if (!(await database.isMade()))
    throw serviceError("NAT_SERVICE_DATA", `${database.shown} holds no registry; natalis init makes one`);
  await removeAbandonedWrites(folder.path, new Date(systemClock.now().getTime() - longestWrite));
  const { passphrase, warnings } = await readPassphrase(folder, passphraseFile);
  const opened = await openKeys(folder, passphrase);
  const registry = await database.open();
  try {
    const settings = parseSettings(Object.fromEntries(await registry.settings.settings()));
    const mirror = new FileCheckpointMirror(folder.checkpoint);
    await openRegistry({ stores: registry, mirror, origin: settings.origin, hash: nodeHash });
    const authorities = await openAuthorities(registry, settings, opened.keys);
    const wired = await wire({ folder, stores: registry, mirror, settings, keys: opened.keys, authorities });
    const ofRoot = await rootWarnings(registry, authorities, () => openRootKey(folder, passphrase));
    const readKey = async () => openRootKey(folder, (await readPassphrase(folder, passphraseFile)).passphrase);
    return {
      ...wired,
      warnings: [...warnings, ...opened.warnings, ...ofRoot, "keys of the authority are in files, not in hardware"],
      renewRootCrl: () => renewRootCrl(registry, authorities, readKey, systemClock),
    };
  } catch (error) {
    await registry.close();
    throw error;
  }
}

async function wire(parts: Parts): Promise<Omit<OpenedRegistrar, "warnings" | "renewRootCrl">> {
  const { folder, stores, mirror, settings, keys } = parts;
  const { root, issuing } = parts.authorities;
  const { origin } = settings;
  const signers = logSigners(origin, keys);
  const profiles = await loadProfiles(folder.profiles);
  const proofs = new Proofs(stores, nodeHash);
  const trust = await readTrustFile(folder.trust, settings, keys, root.certificate);
  // Last, so that whatever stops a start leaves no threads behind.
  const preparer = startBirthWorkers({
    authority: { certificate: issuing.certificate.der, baseUrl: settings.publicUrl, arc: settings.arc },
    profiles,
    issuing: shareKey(keys.issuing),
    tags: shareAuthenticator(keys.unitTag),
  });
  const sequencer = new Sequencer({ stores, mirror, origin, signers, entropy: nodeEntropy, hash: nodeHash });
  const queue = new EventQueue(sequencer, systemClock, () => preparer.underWay);
  const incidents = new Incidents(queue, systemClock);
  const context = { stores, preparer, queue, log: sequencer, incidents, proofs, profiles, keys };
  const births = new Births({ ...context, authority: issuing, root: root.certificate.der });
  const registrar: Registrar = {
    settings,
    trust,
    profiles,
    stores,
    proofs,
    genuine: new Genuine({ stores, proofs, profiles, hash: nodeHash }),
    births,
    stations: new Stations({
      stores,
      queue,
      profiles,
      authority: issuing,
      issuing: keys.issuing,
      root: root.certificate.der,
      clock: systemClock,
      entropy: nodeEntropy,
      hash: nodeHash,
      verifier: nodeSignatureVerifier,
    }),
    stationIntake: new StationIntake(context),
    lifecycle: new Lifecycle(queue, proofs, systemClock),
    products: new Products(stores.products, profiles),
    expectations: new Expectations(stores.expectations, profiles),
    operators: new Operators(stores, queue, { clock: systemClock, entropy: nodeEntropy, hash: nodeHash }),
    revocationLists: new RevocationLists(stores, issuing, keys.issuing, systemClock),
    isReady: () => births.isOpen,
    async close() {
      // What is prepared may still be entered.
      await preparer.close();
      await incidents.close();
      await queue.close();
      await stores.close();
    },
  };
  const openChallenges = () => stores.openChallenges();
  return { folder, registrar, authority: issuing, issuing: keys.issuing, queue, incidents, openChallenges };
}

/** A registrar may run without the root's key: its list is good for some weeks yet, and then verifiers refuse. */
async function rootWarnings(
  stores: RegistryStores,
  authorities: Authorities,
  openKey: () => Promise<Signer>,
): Promise<string[]> {
  try {
    await renewRootCrl(stores, authorities, openKey, systemClock);
    return [];
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return [`the revocation list of the root ends within a month and was not renewed: ${because}`];
  }
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
