// SPDX-License-Identifier: Apache-2.0
// The passphrase that seals the key files: from the file that the operator names, else from the data folder, where a
// random one is written at the first start. The latter protects a copied key file, not a copied folder: hence the warning.

import { access } from "node:fs/promises";
import { readPassphraseFile, writeFileDurably } from "@natalis/node";
import { type Entropy, encodeUtf8, toBase64Url } from "natalis/kernel";
import type { DataFolder } from "./data-folder.ts";

export interface Passphrase {
  readonly passphrase: string;
  /** Sentences for the operator. */
  readonly warnings: readonly string[];
}

const randomLength = 32;

/** Reads the named file, or the data folder's own, which is made if it is missing. @throws NAT_SECRETFILE_SIZE */
export async function findPassphrase(
  folder: DataFolder,
  file: string | undefined,
  entropy: Entropy,
): Promise<Passphrase> {
  if (file === undefined && !(await isThere(folder.passphrase)))
    await writeFileDurably(folder.passphrase, encodeUtf8(`${toBase64Url(entropy.bytes(randomLength))}\n`));
  const { passphrase, warning } = await readPassphraseFile(file ?? folder.passphrase);
  const warnings = warning === undefined ? [] : [warning];
  if (file === undefined)
    warnings.push(`the key files' passphrase lies beside them in ${folder.passphrase}; use --passphrase-file`);
  return { passphrase, warnings };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}
