// SPDX-License-Identifier: Apache-2.0
// Files that survive a power cut whole: either the old content or the new one, never a mixture, and once the promise
// is kept, the new one for good (POSIX rename(2), fsync(2) of the file and of its directory).

import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Replaces the file at `path`. Readers see the old bytes or the new ones; when the promise resolves, the new ones are
 * on disk. A new file gets `mode` (default: its owner only), lessened by the umask.
 */
export async function writeFileDurably(path: string, bytes: Uint8Array, mode = 0o600): Promise<void> {
  // A name of its own, so that two writers cannot write into one another's temporary file.
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeAndSync(temporary, bytes, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Gives a file or folder its name; when the promise resolves, it has it for good. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncDirectory(dirname(to));
}

async function writeAndSync(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Without this a new name in it, or a rename, may be lost. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
