// SPDX-License-Identifier: Apache-2.0
// The root's key in a ceremony: a sealed key file or a key in a PKCS#11 token, made where nothing is, or opened where it
// was left. It is held only while one command runs.

import { access } from "node:fs/promises";
import {
  generateKey,
  openPkcs11Token,
  parsePkcs11Uri,
  readSealedFile,
  type ScryptCost,
  sealSecrets,
  signerFromPkcs8,
  writeFileDurably,
} from "@natalis/node";
import { algorithms } from "natalis/formats";
import { isNatalisError, type Signer } from "natalis/kernel";
import { ceremonyError } from "./errors.ts";
import { isInToken } from "./plan.ts";

/** How the secrets are asked for; each at most once, and only where it is needed. */
export interface CeremonySecrets {
  readonly readPin: () => Promise<string>;
  /** Of the sealed key file. */
  readonly readPassphrase: () => Promise<string>;
  /** What a guess of the passphrase costs; absent: as every key file. */
  readonly cost?: ScryptCost;
}

export interface RootKeyPlace {
  /** As the record shows it. */
  readonly shown: string;
  /** Whose randomness makes the key. */
  readonly randomness: string;
  isTaken(): Promise<boolean>;
  make(): Promise<Signer>;
  open(): Promise<Signer>;
  close(): void;
}

/** Name of the secret in the file, as a registrar's own root has it. */
const secretName = "root";
const operatingSystem = `the operating system's generator, through OpenSSL ${process.versions.openssl}`;

/** @throws NAT_CEREMONY_KEY, NAT_PKCS11_… */
export async function rootKeyAt(key: string, secrets: CeremonySecrets): Promise<RootKeyPlace> {
  return isInToken(key) ? inToken(key, await secrets.readPin()) : inFile(key, secrets);
}

async function inToken(text: string, pin: string): Promise<RootKeyPlace> {
  const { module, token, key } = parsePkcs11Uri(text);
  const { label } = key;
  if (module === undefined || label === undefined || key.id !== undefined)
    throw ceremonyError("NAT_CEREMONY_KEY", "the URI of the root's key names a module-path and an object, and no id");
  const opened = await openPkcs11Token({ module, token, pin });
  return {
    shown: text,
    randomness: "the token's own generator",
    isTaken: async () => opened.holdsKey(label),
    make: async () => opened.generateKey(label, algorithms.ES256),
    open: async () => opened.openKey(label),
    close: () => opened.close(),
  };
}

function inFile(path: string, { readPassphrase, cost }: CeremonySecrets): RootKeyPlace {
  let held: Promise<Signer> | undefined;
  return {
    shown: "a sealed key file (scrypt, AES-256-GCM)",
    randomness: operatingSystem,
    isTaken: () =>
      access(path).then(
        () => true,
        () => false,
      ),
    async make() {
      const { signer, pkcs8 } = generateKey(algorithms.ES256);
      const sealed = await sealSecrets(new Map([[secretName, pkcs8]]), await readPassphrase(), cost);
      await writeFileDurably(path, sealed);
      pkcs8.fill(0);
      return signer;
    },
    open: () => (held ??= openFile(path, readPassphrase)),
    close: () => undefined,
  };
}

async function openFile(path: string, readPassphrase: () => Promise<string>): Promise<Signer> {
  const { secrets } = await readSealedFile(path, await readPassphrase()).catch((cause: unknown) => {
    if (isNatalisError(cause)) throw cause;
    throw ceremonyError("NAT_CEREMONY_KEY", path, cause);
  });
  const secret = secrets.get(secretName);
  if (secret === undefined) throw ceremonyError("NAT_CEREMONY_KEY", `${path} holds no root key`);
  const signer = signerFromPkcs8(secret);
  secret.fill(0);
  return signer;
}
