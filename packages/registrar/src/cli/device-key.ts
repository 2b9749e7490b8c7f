// SPDX-License-Identifier: Apache-2.0
// A device's key, wherever it is: a file in the device's folder, a TPM (tpm-key.ts), or a PKCS#11 token that a file in
// the folder refers to. A reference holds no secret: the PIN stays in a file of its own. What the token declared is kept too: the birth
// record holds no more than its hash.

import { mkdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openPkcs11Token, type Pkcs11Key, type Pkcs11Token, readPassphraseFile, writeFileDurably } from "@natalis/node";
import type { Command } from "commander";
import type { EvidenceStatement } from "natalis/birth";
import { encodeUtf8, isNatalisError, type SignatureAlgorithm, type Signer } from "natalis/kernel";
import { z } from "zod";
import { type DeviceFolder, openKey, openOrMakeKey } from "./device-folder.ts";
import { clientError } from "./errors.ts";
import { isThere, readText } from "./files.ts";
import type { Output } from "./output.ts";
import { withTpmDeviceKey } from "./tpm-key.ts";

export interface TokenOptions {
  readonly pkcs11Module?: string;
  readonly pkcs11Token?: string;
  readonly pkcs11PinFile?: string;
  readonly pkcs11Key?: string;
}

const referenceSchema = z.strictObject({
  module: z.string(),
  token: z.string(),
  key: z.string(),
  pinFile: z.string(),
  /** Modules are configured by variables of their own, such as SOFTHSM2_CONF. */
  environment: z.record(z.string(), z.string()).optional(),
});

/** Where in which token the key is. */
export type TokenReference = z.infer<typeof referenceSchema>;

export interface BirthKey {
  readonly signer: Signer;
  /** What the token says of it; nothing for a file. */
  readonly evidence: readonly EvidenceStatement[];
}

export function withTokenOptions(command: Command): Command {
  return command
    .option("--pkcs11-module <file>", "the key is in a PKCS#11 token, through this library")
    .option("--pkcs11-token <label>", "the token's label")
    .option("--pkcs11-pin-file <file>", "file with the PIN")
    .option("--pkcs11-key <label>", "the key's label; a key that is not there is made");
}

/** Undefined where no option is given. @throws NAT_CLIENT_OPTION where some are missing */
export function tokenReference(options: TokenOptions): TokenReference | undefined {
  const { pkcs11Module: module, pkcs11Token: token, pkcs11PinFile: pinFile, pkcs11Key: key } = options;
  if ([module, token, pinFile, key].every((one) => one === undefined)) return undefined;
  if (module === undefined || token === undefined || pinFile === undefined || key === undefined)
    throw clientError("NAT_CLIENT_OPTION", "--pkcs11-module, -token, -pin-file and -key belong together");
  // A bare name is for the system's loader to find.
  return { module: module.includes("/") ? resolve(module) : module, token, key, pinFile: resolve(pinFile) };
}

/** The key of a device, open while `act` runs. @throws NAT_CLIENT_FILE, NAT_PKCS11_… */
export async function withDeviceKey<T>(folder: DeviceFolder, act: (signer: Signer) => Promise<T>): Promise<T> {
  const inTpm = await withTpmDeviceKey(folder, act);
  if (inTpm !== undefined) return inTpm.result;
  const reference = await readReference(folder);
  if (reference === undefined) return act(await openKey(folder));
  return withToken(reference, (token) => act(token.openKey(reference.key)));
}

/**
 * The key of a device to be born, found or made where the reference says, else where the folder says.
 * @throws NAT_CLIENT_FILE, NAT_CLIENT_OPTION where the folder has another key, NAT_PKCS11_…
 */
export async function withBirthKey<T>(
  folder: DeviceFolder,
  algorithm: SignatureAlgorithm,
  given: TokenReference | undefined,
  output: Output,
  act: (key: BirthKey) => Promise<T>,
): Promise<T> {
  const known = await readReference(folder);
  if (given !== undefined) await requireSameKey(folder, given, known);
  const reference = given ?? known;
  if (reference === undefined) return act({ signer: await openOrMakeKey(folder, algorithm), evidence: [] });
  return withToken(reference, async (token, warning) => {
    if (warning !== undefined) output.warn(warning);
    const { key: label } = reference;
    const key = token.holdsKey(label) ? token.openKey(label) : token.generateKey(label, algorithm);
    const evidence = declarationOf(key, output);
    if (known === undefined) await writeReference(folder, reference);
    for (const { format, statement } of evidence)
      await writeFileDurably(join(folder.path, `${format}.cbor`), statement, 0o644);
    return act({ signer: key, evidence });
  });
}

async function withToken<T>(
  { module, token: label, pinFile, environment }: TokenReference,
  act: (token: Pkcs11Token, warning?: string) => Promise<T>,
): Promise<T> {
  Object.assign(process.env, environment);
  const { passphrase, warning } = await readPassphraseFile(pinFile).catch((cause: unknown) => {
    throw clientError("NAT_CLIENT_FILE", pinFile, cause);
  });
  const token = await openPkcs11Token({ module, token: label, pin: passphrase });
  try {
    return await act(token, warning);
  } finally {
    token.close();
  }
}

/** An imported key is as good as a key file: the device is born all the same, with custody 0. */
function declarationOf(key: Pkcs11Key, output: Output): EvidenceStatement[] {
  try {
    return [key.declare()];
  } catch (error) {
    if (!isNatalisError(error, "NAT_PKCS11_UNDECLARED")) throw error;
    output.warn(`${error.message}: custody will be 0`);
    return [];
  }
}

async function requireSameKey(folder: DeviceFolder, given: TokenReference, known?: TokenReference): Promise<void> {
  if (await isThere(folder.key)) throw clientError("NAT_CLIENT_OPTION", `the device's key is ${folder.key}`);
  if (known !== undefined && (known.token !== given.token || known.key !== given.key))
    throw clientError("NAT_CLIENT_OPTION", `the device's key is ${known.key} in token ${known.token}`);
}

async function readReference(folder: DeviceFolder): Promise<TokenReference | undefined> {
  const path = referencePath(folder);
  if (!(await isThere(path))) return undefined;
  // The library that it names will run here: whoever may write it may run what he likes.
  if (((await stat(path)).mode & 0o022) !== 0)
    throw clientError("NAT_CLIENT_FILE", `${path} can be written by others than its owner`);
  try {
    return referenceSchema.parse(JSON.parse(await readText(path)));
  } catch (cause) {
    throw clientError("NAT_CLIENT_FILE", path, cause);
  }
}

async function writeReference(folder: DeviceFolder, reference: TokenReference): Promise<void> {
  await mkdir(folder.path, { recursive: true, mode: 0o700 });
  await writeFileDurably(referencePath(folder), encodeUtf8(`${JSON.stringify(reference, undefined, 2)}\n`));
}

function referencePath({ path }: DeviceFolder): string {
  return join(path, "key.json");
}
