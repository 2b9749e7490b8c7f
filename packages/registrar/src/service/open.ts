// SPDX-License-Identifier: Apache-2.0
// Opens a registrar from its data folder: passphrase, keys, registry (which must extend the newest checkpoint kept
// outside it), settings, authority, profiles, use cases. Each step either holds or stops the start.

import {
  FileCheckpointMirror,
  threadedDisk,
  DurableWriter,
  nodeEntropy,
  nodeHash,
  nodeSignatureVerifier,
  removeAbandonedWrites,
  shareAuthenticator,
  systemClock,
} from "@natalis/node";
import type { Authority } from "natalis/issue";
import { equalBytes, type Signer } from "natalis/kernel";
import { type CheckpointMirror, openRegistry, type RegistryStores, Sequencer } from "natalis/registry";
import { startBirthWorkers } from "../pipeline/birth-workers.ts";
import type { NurseryEquipment } from "../pipeline/nursery.ts";
import { RenewableWorkers } from "../pipeline/renewable-workers.ts";
import { EventQueue } from "../pipeline/event-queue.ts";
import { type AuthorityPair, authorityOf } from "./authorities.ts";
import { Attestations } from "./attestations.ts";
import { Births } from "./births.ts";
import { type DataFolder, dataFolder } from "./data-folder.ts";
import { databaseOf, type OpenStores } from "./database.ts";
import { serviceError } from "./errors.ts";
import { loadEvidence } from "./evidence-roots.ts";
import { type EvidenceCount, EvidenceSource } from "./evidence-source.ts";
import { Expectations } from "./expectations.ts";
import { Genuine } from "./genuine.ts";
import { Incidents } from "./incidents.ts";
import { logSigners, openKeys, type OpenedKeys, type RegistrarKeys, type TokenChanged } from "./keys.ts";
import { KeptEvidences } from "./kept-evidences.ts";
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
  /**
   * Reads what evidence is held against again where it changed; answers what counts then, when births go by it, and
   * undefined where nothing changed.
   * @throws NAT_SERVICE_EVIDENCE where it is not sound: then it is as before
   */
  refreshEvidence(): Promise<EvidenceCount | undefined>;
  /** Issuers whose lists have ended, so that what they certified is refused as evidence. */
  endedLists(at: Date): readonly string[];
  /** Renews the root's own list in the last month before its end, with the passphrase read anew. */
  renewRootCrl(): Promise<boolean>;
}

/** How to get at the authority's token, where it has one. */
export interface TokenLogin {
  /** Asked once, for a registrar whose keys are in a token. */
  readonly readPin: () => Promise<string>;
  readonly changed?: TokenChanged | undefined;
}

/** For callers that know no PIN. @throws NAT_SERVICE_TOKEN */
const noLogin: TokenLogin = {
  readPin: () => Promise.reject(serviceError("NAT_SERVICE_TOKEN", "no PIN was given")),
};

interface Parts {
  readonly writer: DurableWriter;
  readonly folder: DataFolder;
  readonly stores: OpenStores;
  readonly mirror: CheckpointMirror;
  readonly settings: Settings;
  readonly opened: OpenedKeys;
  readonly authorities: AuthorityPair;
}

/** A file of the data folder is written in less, milliseconds. */
const longestWrite = 60_000;

/**
 * @throws NAT_SERVICE_DATA, NAT_SERVICE_PROFILE, NAT_SERVICE_SETTINGS, NAT_KEYFILE_PASSPHRASE,
 * NAT_REGISTRY_ROLLED_BACK, NAT_REGISTRY_DAMAGED, NAT_REGISTRY_TRUST_FILE, NAT_PKCS11_… of the authority's token, and
 * what the database refuses
 */
export async function openRegistrar(
  path: string,
  passphraseFile: string | undefined,
  databaseAddress?: string,
  { readPin, changed }: TokenLogin = noLogin,
): Promise<OpenedRegistrar> {
  const folder = dataFolder(path);
  const database = await databaseOf(folder, databaseAddress);
  if (!(await database.isMade()))
    throw serviceError("NAT_SERVICE_DATA", `${database.shown} holds no registry; natalis init makes one`);
  await removeAbandonedWrites(folder.path, new Date(systemClock.now().getTime() - longestWrite));
  const { passphrase, warnings } = await readPassphrase(folder, passphraseFile);
  const opened = await openKeys(folder, { passphrase, readPin, tokenChanged: changed });
  const closing = [() => opened.close()];
  try {
    const registry = await database.open();
    closing.unshift(async () => registry.close());
    const settings = parseSettings(Object.fromEntries(await registry.settings.settings()));
    const writer = new DurableWriter();
    closing.unshift(() => writer.close());
    const mirror = new FileCheckpointMirror(folder.checkpoint, threadedDisk(writer));
    await openRegistry({ stores: registry, mirror, origin: settings.origin, hash: nodeHash });
    const authorities = await openAuthorities(registry, settings, opened.keys);
    const wired = await wire({ folder, stores: registry, mirror, writer, settings, opened, authorities });
    const ofRoot = await rootWarnings(registry, authorities, () => opened.openRoot(passphrase));
    const readKey = async () => opened.openRoot((await readPassphrase(folder, passphraseFile)).passphrase);
    return {
      ...wired,
      warnings: [...warnings, ...opened.warnings, ...ofRoot],
      renewRootCrl: () => renewRootCrl(registry, authorities, readKey, systemClock),
    };
  } catch (error) {
    for (const close of closing) await close();
    throw error;
  }
}

async function wire(parts: Parts): Promise<Omit<OpenedRegistrar, "warnings" | "renewRootCrl">> {
  const { folder, stores, mirror, settings, opened } = parts;
  const { keys } = opened;
  const { root, issuing } = parts.authorities;
  const { origin } = settings;
  const signers = logSigners(origin, keys);
  const profiles = await loadProfiles(folder.profiles);
  const evidence = await EvidenceSource.open(folder.evidenceRoots);
  const proofs = new Proofs(stores, nodeHash);
  const trust = await readTrustFile(folder.trust, settings, keys, root.certificate);
  // Last, so that whatever stops a start leaves no threads behind.
  const { preparer, refreshEvidence } = workersBy(evidence, profiles, parts);
  const sequencer = new Sequencer({ stores, mirror, origin, signers, entropy: nodeEntropy, hash: nodeHash });
  const queue = new EventQueue(sequencer, systemClock, () => preparer.underWay);
  const incidents = new Incidents(queue, systemClock);
  const context = { stores, preparer, queue, log: sequencer, incidents, proofs, profiles, keys };
  const { attestations } = stores;
  const births = new Births({ ...context, attestations, authority: issuing, root: root.certificate.der });
  const registrar: Registrar = {
    settings,
    trust,
    profiles,
    stores,
    proofs,
    genuine: new Genuine({ stores, proofs, profiles, hash: nodeHash }),
    births,
    attestations: new Attestations({
      attestations: stores.attestations,
      profiles,
      evidence: () => evidence.context,
      clock: systemClock,
    }),
    evidence: new KeptEvidences({
      stores,
      proofs,
      known: () => loadEvidence(folder.evidenceRoots),
      clock: systemClock,
    }),
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
    stationIntake: new StationIntake({ ...context, chain: [issuing.certificate.der, root.certificate.der] }),
    lifecycle: new Lifecycle(queue, proofs, systemClock),
    products: new Products(stores.products, profiles),
    expectations: new Expectations(stores.expectations, profiles),
    operators: new Operators(stores, queue, { clock: systemClock, entropy: nodeEntropy, hash: nodeHash }),
    revocationLists: new RevocationLists(stores, issuing, keys.issuing, systemClock),
    isReady: () => births.isOpen && opened.areThere(),
    async close() {
      // What is prepared may still be entered.
      await preparer.close();
      await incidents.close();
      await queue.close();
      await parts.writer.close();
      await stores.close();
      await opened.close();
    },
  };
  const openChallenges = () => stores.openChallenges();
  return {
    folder,
    registrar,
    authority: issuing,
    issuing: keys.issuing,
    queue,
    incidents,
    openChallenges,
    refreshEvidence,
    endedLists: (at) => evidence.endedLists(at),
  };
}

/** Threads that hold evidence against what is known of it now. */
function workersBy(
  evidence: EvidenceSource,
  profiles: NurseryEquipment["profiles"],
  { settings, opened, authorities: { issuing } }: Parts,
) {
  const equipment = {
    authority: { certificate: issuing.certificate.der, baseUrl: settings.publicUrl, arc: settings.arc },
    profiles,
    issuing: opened.issuing,
    tags: shareAuthenticator(opened.keys.unitTag),
  };
  const start = () => startBirthWorkers({ ...equipment, evidence: evidence.shared });
  const preparer = new RenewableWorkers(start());
  const refreshEvidence = async () => {
    if (!(await evidence.refresh())) return undefined;
    await preparer.renew(start());
    return evidence.count;
  };
  return { preparer, refreshEvidence };
}

/** A registrar may run without the root's key: its list is good for some weeks yet, and then verifiers refuse. */
async function rootWarnings(
  stores: RegistryStores,
  authorities: AuthorityPair,
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

async function openAuthorities(
  stores: RegistryStores,
  settings: Settings,
  keys: RegistrarKeys,
): Promise<AuthorityPair> {
  const open = async (kind: "root" | "issuing"): Promise<Authority> => {
    const row = await stores.authorities.latestAuthority(kind);
    if (row === undefined) throw serviceError("NAT_SERVICE_DATA", `the registry has no ${kind} authority`);
    return authorityOf(row.certificate, settings);
  };
  const [root, issuing] = [await open("root"), await open("issuing")];
  if (!equalBytes(issuing.certificate.publicKey, keys.issuing.publicKey))
    throw serviceError("NAT_SERVICE_DATA", "the issuing key is not that of the registry's issuing authority");
  return { root, issuing };
}
