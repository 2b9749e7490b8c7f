// SPDX-License-Identifier: Apache-2.0
// Reading files that hold secrets: bounded, and with a word about who else can read them. Nothing is printed here;
// the program that asked decides whom to warn.

import { open } from "node:fs/promises";
import { decodeUtf8 } from "natalis/kernel";
import { nodeError } from "./errors.ts";

export interface SecretFile {
  readonly bytes: Uint8Array;
  /** One sentence for people where others than the owner may read the file. */
  readonly warning: string | undefined;
}

export interface PassphraseFile {
  readonly passphrase: string;
  readonly warning: string | undefined;
}

const passphraseLimit = 1024;

/**
 * Reads a secret of 1 to `limit` bytes.
 * @throws NAT_SECRETFILE_SIZE
 */
export async function readSecretFile(path: string, limit: number): Promise<SecretFile> {
  const file = await open(path, "r");
  try {
    const { mode } = await file.stat();
    // One byte more than allowed tells "too large" without trusting a size that may change or be unknown (a pipe).
    const buffer = new Uint8Array(limit + 1);
    const length = await fill(buffer, (offset) => file.read(buffer, offset));
    if (length === 0 || length > limit) throw nodeError("NAT_SECRETFILE_SIZE", `${path}, at most ${limit} bytes`);
    return { bytes: buffer.slice(0, length), warning: exposure(path, mode) };
  } finally {
    await file.close();
  }
}

/**
 * A passphrase is the file's text up to one final line break: editors and `echo` add it.
 * @throws NAT_SECRETFILE_SIZE, NAT_BYTES_UTF8
 */
export async function readPassphraseFile(path: string): Promise<PassphraseFile> {
  const { bytes, warning } = await readSecretFile(path, passphraseLimit);
  const passphrase = decodeUtf8(bytes).replace(/\r?\n$/, "");
  if (passphrase === "") throw nodeError("NAT_SECRETFILE_SIZE", `${path} holds no passphrase`);
  return { passphrase, warning };
}

async function fill(buffer: Uint8Array, read: (offset: number) => Promise<{ bytesRead: number }>): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await read(length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

function exposure(path: string, mode: number): string | undefined {
  if ((mode & 0o077) === 0) return undefined;
  const octal = (mode & 0o777).toString(8).padStart(3, "0");
  return `${path} holds a secret, and its mode ${octal} lets others than its owner use it: chmod 600 would not.`;
}
