// SPDX-License-Identifier: Apache-2.0
// The passphrase that seals the key files: from the file that the operator names, else from the data folder, where a
// random one is written when the keys are made. The latter protects a copied key file, not a copied folder: hence the
// warning.

import { readPassphraseFile, writeFileDurably } from "@natalis/node";
import { type Entropy, encodeUtf8, isNatalisError, toBase64Url } from "natalis/kernel";
import type { DataFolder } from "./data-folder.ts";
import { serviceError } from "./errors.ts";

export interface Passphrase {
  readonly passphrase: string;
  /** Sentences for the operator. */
  readonly warnings: readonly string[];
}

/** Where a passphrase lies that was not given. */
type PassphrasePlace = Pick<DataFolder, "passphrase">;

const randomLength = 32;

/** For new keys: the passphrase of the named file, else a random one, written first. @throws as `readPassphrase` */
export async function choosePassphrase(
  folder: PassphrasePlace,
  file: string | undefined,
  entropy: Entropy,
): Promise<Passphrase> {
  if (file === undefined)
    await writeFileDurably(folder.passphrase, encodeUtf8(`${toBase64Url(entropy.bytes(randomLength))}\n`));
  return readPassphrase(folder, file);
}

/** Reads the named file, or the data folder's own. @throws NAT_SERVICE_DATA, NAT_SECRETFILE_SIZE, NAT_BYTES_UTF8 */
export async function readPassphrase(folder: PassphrasePlace, file: string | undefined): Promise<Passphrase> {
  const path = file ?? folder.passphrase;
  const { passphrase, warning } = await readPassphraseFile(path).catch((cause: unknown) => {
    if (isNatalisError(cause)) throw cause;
    throw serviceError("NAT_SERVICE_DATA", `no passphrase in ${path}; --passphrase-file names the file`, cause);
  });
  const warnings = warning === undefined ? [] : [warning];
  if (file === undefined)
    warnings.push(`the key files' passphrase lies beside them in ${folder.passphrase}; use --passphrase-file`);
  return { passphrase, warnings };
}
