// SPDX-License-Identifier: Apache-2.0
// Keys of the authority in a PKCS#11 token: made there or found there, and the file in the data folder that says where
// they are. It holds no secret, but names a library that will be loaded: whoever may write it may run what he likes.

import { stat } from "node:fs/promises";
import {
  formatPkcs11Uri,
  type KeyName,
  openPkcs11Token,
  parsePkcs11Uri,
  type Pkcs11Key,
  type Pkcs11Token,
  type Pkcs11Uri,
  readBoundedFile,
  type TokenDescription,
  writeFileDurably,
} from "@natalis/node";
import { algorithms } from "natalis/formats";
import { decodeUtf8, encodeUtf8, isNatalisError, type SignatureAlgorithm, type Signer } from "natalis/kernel";
import { z } from "zod";
import type { DataFolder } from "./data-folder.ts";
import { serviceError } from "./errors.ts";

/** What a key of the authority is for, in the order in which they are made. */
export const keyRoles = ["root", "issuing", "log-p256", "log-ed25519"] as const;
export type KeyRole = (typeof keyRoles)[number];

const roleAlgorithms: Readonly<Record<KeyRole, SignatureAlgorithm>> = {
  root: algorithms.ES256,
  issuing: algorithms.ES256,
  "log-p256": algorithms.ES256,
  "log-ed25519": algorithms.EdDSA,
};

/** Which token, and how to get into it. */
export interface TokenAccess {
  /** Names a module and a token; `object` is what the labels of the keys begin with (default: natalis). */
  readonly uri: Pkcs11Uri;
  readonly pin: string;
  /** Takes keys that have these labels already, for a start that failed half-way or keys of another tool's making. */
  readonly existing: boolean;
}

/** Where the authority's keys are. */
export interface AuthorityToken {
  readonly module: string;
  readonly token: TokenDescription;
  readonly keys: ReadonlyMap<KeyRole, KeyName>;
}

export interface TokenKeys {
  readonly place: AuthorityToken;
  readonly signers: ReadonlyMap<KeyRole, Signer>;
  readonly warnings: readonly string[];
  /** Ends the session: the signers sign no more. */
  close(): void;
}

const fileSchema = z.strictObject({ token: z.string(), keys: z.partialRecord(z.enum(keyRoles), z.string()) });
const largestFile = 1 << 14;

/**
 * Makes the keys of these roles in the token. A log key of an algorithm that the token lacks is left out.
 * @throws NAT_PKCS11_LABEL where a label is taken and `existing` is not set, NAT_PKCS11_…
 */
export async function makeTokenKeys(access: TokenAccess, roles: readonly KeyRole[]): Promise<TokenKeys> {
  const { uri, pin } = access;
  const module = requireModule(uri);
  const token = await openPkcs11Token({ module, token: uri.token, pin });
  try {
    const made = roles.flatMap((role) => makeKey(token, role, access));
    const keys = new Map(made.map(({ role, key }) => [role, key.name] as const));
    const signers = new Map(made.map(({ role, key }) => [role, key] as const));
    const warnings = made.flatMap(({ key }) => undeclared(key));
    return { place: { module, token: uri.token, keys }, signers, warnings, close: () => token.close() };
  } catch (error) {
    token.close();
    throw error;
  }
}

/** @throws NAT_SERVICE_TOKEN */
function requireModule({ module, key }: Pkcs11Uri): string {
  if (module === undefined) throw serviceError("NAT_SERVICE_TOKEN", "the URI has no module-path");
  if (key.id !== undefined) throw serviceError("NAT_SERVICE_TOKEN", "an id names one key; the authority has several");
  return module;
}

/** Undefined where all keys are in files. @throws NAT_SERVICE_DATA, NAT_PKCS11_URI */
export async function readAuthorityToken({ authorityToken: path }: DataFolder): Promise<AuthorityToken | undefined> {
  const file = await readTokenFile(path, fileSchema);
  if (file === undefined) return undefined;
  const { token, module } = parsePkcs11Uri(file.token);
  if (module === undefined) throw serviceError("NAT_SERVICE_DATA", `${path} names no module`);
  const keys = keyRoles.flatMap((role) => {
    const text = file.keys[role];
    return text === undefined ? [] : [[role, parsePkcs11Uri(text).key] as const];
  });
  return { module, token, keys: new Map(keys) };
}

/** A file that says where keys are; undefined where there is none. @throws NAT_SERVICE_DATA */
export async function readTokenFile<Place>(path: string, schema: z.ZodType<Place>): Promise<Place | undefined> {
  const mode = await modeOf(path);
  if (mode === undefined) return undefined;
  if ((mode & 0o022) !== 0) throw serviceError("NAT_SERVICE_DATA", `${path} names a library, and others may write it`);
  const parsed = schema.safeParse(parseJson(decodeUtf8(await readBoundedFile(path, largestFile))));
  if (!parsed.success) throw serviceError("NAT_SERVICE_DATA", path, parsed.error);
  return parsed.data;
}

export async function writeAuthorityToken(
  { authorityToken: path }: DataFolder,
  { module, token, keys }: AuthorityToken,
): Promise<void> {
  const named = Array.from(keys, ([role, name]) => {
    const key = typeof name === "string" ? { label: name } : name;
    return [role, formatPkcs11Uri({ token: {}, key })] as const;
  });
  const text = { token: formatPkcs11Uri({ token, key: {}, module }), keys: Object.fromEntries(named) };
  await writeFileDurably(path, encodeUtf8(`${JSON.stringify(text, undefined, 2)}\n`));
}

function makeKey(token: Pkcs11Token, role: KeyRole, { uri, existing }: TokenAccess) {
  const label = `${uri.key.label ?? "natalis"} ${role}`;
  if (existing && token.holdsKey(label)) return [{ role, key: token.openKey(label) }].map(requireAlgorithm);
  try {
    return [{ role, key: token.generateKey(label, roleAlgorithms[role]) }];
  } catch (error) {
    // Ed25519 came late to PKCS#11: this key stays in the key file then.
    if (role === "log-ed25519" && isNatalisError(error, "NAT_PKCS11_ALGORITHM")) return [];
    throw error;
  }
}

function requireAlgorithm<Found extends { readonly role: KeyRole; readonly key: Pkcs11Key }>(found: Found): Found {
  const due = roleAlgorithms[found.role];
  if (found.key.algorithm !== due)
    throw serviceError(
      "NAT_SERVICE_TOKEN",
      `the ${found.role} key is for ${found.key.algorithm.title}, not ${due.title}`,
    );
  return found;
}

/** The token says that it can leave, or was brought in: then a copy may be anywhere. */
export function undeclared(key: Pkcs11Key): string[] {
  try {
    key.declare();
    return [];
  } catch (error) {
    if (!isNatalisError(error, "NAT_PKCS11_UNDECLARED")) throw error;
    return [`a key of the authority may have copies outside the token: ${error.detail}`];
  }
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Undefined for what is no JSON: no schema accepts it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
