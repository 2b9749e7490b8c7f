// SPDX-License-Identifier: Apache-2.0
// The registrar's keys: what each is for, how they are made, and how they are opened again: from two sealed files, or
// from a PKCS#11 token, where the unit tags' key alone stays in a file. The root's key has a file of its own, so that a
// registrar runs without opening it, or without having it.

import { access } from "node:fs/promises";
import {
  generateKey,
  type KeyName,
  nodeAuthenticator,
  nodeEntropy,
  nodeHash,
  readSealedFile,
  shareKey,
  signerFromPkcs8,
  TokenKeeper,
  writeSealedFile,
} from "@natalis/node";
import { algorithms, type NoteSigner, noteSigner } from "natalis/formats";
import type { MessageAuthenticator, Signer } from "natalis/kernel";
import type { SharedKey } from "../pipeline/nursery.ts";
import { tokenSigner } from "../pipeline/token-signer.ts";
import {
  type AuthorityToken,
  type KeyRole,
  keyRoles,
  makeTokenKeys,
  readAuthorityToken,
  type TokenAccess,
  writeAuthorityToken,
} from "./authority-token.ts";
import type { DataFolder } from "./data-folder.ts";
import { serviceError } from "./errors.ts";

const unitTag = "unit-tag";

export interface RegistrarKeys {
  readonly issuing: Signer;
  /** The log signs each checkpoint twice: Ed25519 for log monitors, P-256 for verifiers that have nothing else. */
  readonly logEd25519: Signer;
  readonly logP256: Signer;
  /** Makes unit tags: HMAC-SHA-256. */
  readonly unitTag: MessageAuthenticator;
}

export interface MadeKeys extends RegistrarKeys {
  /** Absent where the root is elsewhere. */
  readonly root?: Signer;
  readonly warnings: readonly string[];
  close(): void;
}

export interface KeyPlan {
  readonly passphrase: string;
  /** Absent: all keys are in files. */
  readonly token?: TokenAccess | undefined;
  /** Whether the root's key is made here too. */
  readonly withRoot: boolean;
}

/** Told when the authority's token is lost, and with undefined when it is back. */
export type TokenChanged = (cause: Error | undefined) => void;

export interface KeyAccess {
  readonly passphrase: string;
  /** Asked for the PIN where there is a token. */
  readonly readPin: () => Promise<string>;
  readonly tokenChanged?: TokenChanged | undefined;
}

export interface OpenedKeys {
  readonly keys: RegistrarKeys;
  /** The issuing key for the threads that sign births. */
  readonly issuing: SharedKey;
  /** @throws NAT_SERVICE_DATA where it is elsewhere, and as `openKeys` */
  openRoot(passphrase: string): Promise<Signer>;
  readonly warnings: readonly string[];
  /** Whether every key can sign now. */
  areThere(): boolean;
  close(): Promise<void>;
}

type Secrets = ReadonlyMap<string, Uint8Array>;

/** Makes every key, and keeps what says where it is before anything uses it. @throws NAT_PKCS11_… */
export async function makeKeys(folder: DataFolder, { passphrase, token, withRoot }: KeyPlan): Promise<MadeKeys> {
  const roles = keyRoles.filter((role) => withRoot || role !== "root");
  const inToken = token === undefined ? undefined : await makeTokenKeys(token, roles);
  try {
    if (inToken !== undefined) await writeAuthorityToken(folder, inToken.place);
    const files = roles.filter((role) => inToken?.signers.has(role) !== true);
    const secrets = new Map([...files.map(newSecret), [unitTag, nodeEntropy.bytes(32)] as const]);
    const signerOf = (role: KeyRole) => inToken?.signers.get(role) ?? signerIn(secrets, role);
    const root = withRoot ? signerOf("root") : undefined;
    const keys = keysOf(secrets, signerOf);
    const rootSecret = secrets.get("root");
    secrets.delete("root");
    if (rootSecret !== undefined) await writeSealedFile(folder.rootKey, new Map([["root", rootSecret]]), passphrase);
    await writeSealedFile(folder.registrarKeys, secrets, passphrase);
    const warnings = inToken?.warnings ?? [];
    return { ...keys, ...(root && { root }), warnings, close: () => inToken?.close() };
  } catch (error) {
    inToken?.close();
    throw error;
  }
}

/**
 * @throws NAT_KEYFILE_PASSPHRASE, NAT_KEYFILE_FORM, NAT_KEYFILE_COST, NAT_SECRETFILE_SIZE, NAT_SERVICE_DATA,
 * NAT_PKCS11_… where the token is absent or does not let us in
 */
export async function openKeys(folder: DataFolder, keyAccess: KeyAccess): Promise<OpenedKeys> {
  const { secrets, warning } = await readSealedFile(folder.registrarKeys, keyAccess.passphrase);
  const place = await readAuthorityToken(folder);
  const token = place === undefined ? undefined : await openToken(place, keyAccess);
  try {
    const signerOf = (role: KeyRole) => token?.signer(role) ?? signerIn(secrets, role);
    const keys = keysOf(secrets, signerOf);
    const warnings = [...(warning === undefined ? [] : [warning]), ...keptInFiles(secrets, place)];
    wipe(secrets);
    return {
      keys,
      issuing: token?.place("issuing") ?? shareKey(keys.issuing),
      openRoot: async (passphrase) => token?.signer("root") ?? openRootFile(folder, passphrase),
      warnings,
      areThere: () => token?.keeper.cause === undefined,
      close: async () => token?.keeper.close(),
    };
  } catch (error) {
    await token?.keeper.close();
    throw error;
  }
}

/** The log's signers under its origin. */
export function logSigners(origin: string, keys: Pick<RegistrarKeys, "logEd25519" | "logP256">): NoteSigner[] {
  return [noteSigner(origin, keys.logEd25519, nodeHash), noteSigner(origin, keys.logP256, nodeHash)];
}

async function openToken({ module, token, keys }: AuthorityToken, { readPin, tokenChanged }: KeyAccess) {
  const roles = [...keys.keys()];
  const names: KeyName[] = [...keys.values()];
  const changed = tokenChanged === undefined ? {} : { changed: tokenChanged };
  const keeper = await TokenKeeper.open({ module, token, pin: await readPin(), keys: names, ...changed });
  const found = <Found>(role: KeyRole, at: (index: number) => Found) =>
    roles.includes(role) ? at(roles.indexOf(role)) : undefined;
  return {
    keeper,
    signer: (role: KeyRole) => found(role, (index) => tokenSigner(keeper.signer(index))),
    place: (role: KeyRole) => found(role, (index) => keeper.place(index)),
  };
}

/** @throws as `openKeys`; NAT_SERVICE_DATA where the root is not here */
async function openRootFile({ rootKey }: DataFolder, passphrase: string): Promise<Signer> {
  await access(rootKey).catch((cause: unknown) => {
    throw serviceError("NAT_SERVICE_DATA", "the root's key is not here: natalis ceremony signs its list", cause);
  });
  const { secrets } = await readSealedFile(rootKey, passphrase);
  const root = signerIn(secrets, "root");
  wipe(secrets);
  return root;
}

function keptInFiles(secrets: Secrets, place: AuthorityToken | undefined): string[] {
  if (place === undefined) return ["keys of the authority are in files, not in hardware"];
  const files = keyRoles.filter((role) => secrets.has(role));
  return files.length === 0 ? [] : [`in a file, not in the token: the authority's key ${files.join(", ")}`];
}

function newSecret(role: KeyRole): readonly [KeyRole, Uint8Array] {
  return [role, generateKey(role === "log-ed25519" ? algorithms.EdDSA : algorithms.ES256).pkcs8];
}

function keysOf(secrets: Secrets, signerOf: (role: KeyRole) => Signer): RegistrarKeys {
  return {
    issuing: signerOf("issuing"),
    logEd25519: signerOf("log-ed25519"),
    logP256: signerOf("log-p256"),
    unitTag: nodeAuthenticator(secretOf(secrets, unitTag)),
  };
}

/** The signers hold what they need out of reach of the heap; no second copy is to be found there. */
function wipe(secrets: Secrets): void {
  for (const secret of secrets.values()) secret.fill(0);
}

function signerIn(secrets: Secrets, role: KeyRole): Signer {
  return signerFromPkcs8(secretOf(secrets, role));
}

function secretOf(secrets: Secrets, name: string): Uint8Array {
  const secret = secrets.get(name);
  if (secret === undefined) throw serviceError("NAT_SERVICE_DATA", `no secret named ${name}`);
  return secret;
}
