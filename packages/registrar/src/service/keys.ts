// SPDX-License-Identifier: Apache-2.0
// The registrar's keys: what each is for, how they are made, sealed into two files, and opened again. The root's key
// has a file of its own, so that a registrar runs without opening it, or without having it.

import {
  generateKey,
  nodeAuthenticator,
  nodeEntropy,
  nodeHash,
  readSealedFile,
  signerFromPkcs8,
  writeSealedFile,
} from "@natalis/node";
import { algorithms, type NoteSigner, noteSigner } from "natalis/formats";
import type { MessageAuthenticator, Signer } from "natalis/kernel";
import type { DataFolder } from "./data-folder.ts";
import { serviceError } from "./errors.ts";

/** Names of the secrets inside the sealed files. */
const names = {
  root: "root",
  issuing: "issuing",
  logEd25519: "log-ed25519",
  logP256: "log-p256",
  unitTag: "unit-tag",
} as const;

export interface RegistrarKeys {
  readonly issuing: Signer;
  /** The log signs each checkpoint twice: Ed25519 for log monitors, P-256 for verifiers that have nothing else. */
  readonly logEd25519: Signer;
  readonly logP256: Signer;
  /** Makes unit tags: HMAC-SHA-256. */
  readonly unitTag: MessageAuthenticator;
}

export interface AllKeys extends RegistrarKeys {
  readonly root: Signer;
}

export interface OpenedKeys {
  readonly keys: RegistrarKeys;
  readonly warnings: readonly string[];
}

/** Makes every key and seals them into the data folder before anything uses them. */
export async function makeKeys(folder: DataFolder, passphrase: string): Promise<AllKeys> {
  const root = generateKey(algorithms.ES256);
  const secrets = new Map([
    [names.issuing, generateKey(algorithms.ES256).pkcs8],
    [names.logEd25519, generateKey(algorithms.EdDSA).pkcs8],
    [names.logP256, generateKey(algorithms.ES256).pkcs8],
    [names.unitTag, nodeEntropy.bytes(32)],
  ]);
  await writeSealedFile(folder.rootKey, new Map([[names.root, root.pkcs8]]), passphrase);
  await writeSealedFile(folder.registrarKeys, secrets, passphrase);
  return { root: root.signer, ...keysOf(secrets) };
}

/** @throws NAT_KEYFILE_PASSPHRASE, NAT_KEYFILE_FORM, NAT_KEYFILE_COST, NAT_SECRETFILE_SIZE, NAT_SERVICE_DATA */
export async function openKeys(folder: DataFolder, passphrase: string): Promise<OpenedKeys> {
  const { secrets, warning } = await readSealedFile(folder.registrarKeys, passphrase);
  const keys = keysOf(secrets);
  wipe(secrets);
  return { keys, warnings: warning === undefined ? [] : [warning] };
}

/** @throws as `openKeys` */
export async function openRootKey(folder: DataFolder, passphrase: string): Promise<Signer> {
  const { secrets } = await readSealedFile(folder.rootKey, passphrase);
  const root = signerFromPkcs8(secretOf(secrets, names.root));
  wipe(secrets);
  return root;
}

/** The log's signers under its origin. */
export function logSigners(origin: string, keys: RegistrarKeys): NoteSigner[] {
  return [noteSigner(origin, keys.logEd25519, nodeHash), noteSigner(origin, keys.logP256, nodeHash)];
}

function keysOf(secrets: ReadonlyMap<string, Uint8Array>): RegistrarKeys {
  return {
    issuing: signerFromPkcs8(secretOf(secrets, names.issuing)),
    logEd25519: signerFromPkcs8(secretOf(secrets, names.logEd25519)),
    logP256: signerFromPkcs8(secretOf(secrets, names.logP256)),
    unitTag: nodeAuthenticator(secretOf(secrets, names.unitTag)),
  };
}

/** The signers hold what they need out of reach of the heap; no second copy is to be found there. */
function wipe(secrets: ReadonlyMap<string, Uint8Array>): void {
  for (const secret of secrets.values()) secret.fill(0);
}

function secretOf(secrets: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const secret = secrets.get(name);
  if (secret === undefined) throw serviceError("NAT_SERVICE_DATA", `no secret named ${name}`);
  return secret;
}
