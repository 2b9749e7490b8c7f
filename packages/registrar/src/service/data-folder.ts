// SPDX-License-Identifier: Apache-2.0
// Where a registrar keeps its things: one folder, owner only. Nothing of Natalis is kept elsewhere.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

export interface DataFolder {
  readonly path: string;
  /** The registry in SQLite. */
  readonly database: string;
  /** The address of the registry's database where it is not that file: mode 0600, since it may hold a password. */
  readonly databaseAddress: string;
  /** Open challenges of the authentication service, and births that wait for their evidence: they live some minutes. */
  readonly challenges: string;
  /** The newest checkpoint, outside the database: a restored backup must not fork the log. */
  readonly checkpoint: string;
  /** The root's key, sealed; opened only to sign an authority certificate or the root's own CRL. */
  readonly rootKey: string;
  /** Every key that a running registrar needs, sealed. */
  readonly registrarKeys: string;
  /** Where the authority's keys are in a PKCS#11 token; absent where all are in files. */
  readonly authorityToken: string;
  /** What was settled by an `init` that waits for its root's certificates. */
  readonly awaited: string;
  /** The issuing authority's request to a root that is elsewhere, PEM. */
  readonly issuingRequest: string;
  /** The passphrase of both, where it was not given: mode 0600, with a warning at each start. */
  readonly passphrase: string;
  /** The first administrator's token: mode 0600. */
  readonly adminToken: string;
  /** What a verifier is given once. */
  readonly trust: string;
  /** Profiles: one JSON file a product line. */
  readonly profiles: string;
  /** The roots that evidence may end in; absent where none counts. */
  readonly evidenceRoots: string;
  /** Where the running registrar listens. */
  readonly addresses: string;
}

export function dataFolder(path: string): DataFolder {
  return {
    path,
    database: join(path, "registry.sqlite"),
    databaseAddress: join(path, "database"),
    challenges: join(path, "challenges.sqlite"),
    checkpoint: join(path, "checkpoint"),
    rootKey: join(path, "root.key"),
    registrarKeys: join(path, "registrar.keys"),
    authorityToken: join(path, "authority.json"),
    awaited: join(path, "awaited.json"),
    issuingRequest: join(path, "issuing.csr"),
    passphrase: join(path, "passphrase"),
    adminToken: join(path, "admin.token"),
    trust: join(path, "trust.json"),
    profiles: join(path, "profiles"),
    evidenceRoots: join(path, "evidence-roots"),
    addresses: join(path, "addresses.json"),
  };
}

/** Makes the folder, owner only, if it is not there. */
export async function makeDataFolder(path: string): Promise<DataFolder> {
  const folder = dataFolder(path);
  await mkdir(folder.profiles, { recursive: true, mode: 0o700 });
  return folder;
}
