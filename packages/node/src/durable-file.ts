// SPDX-License-Identifier: Apache-2.0
// Files that survive a power cut whole: either the old content or the new one, never a mixture, and once the promise
// is kept, the new one for good (POSIX rename(2), fsync(2) of the file and of its directory).

import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

const temporaryName = /\.[0-9a-f]{12}\.tmp$/;

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

/** The same without giving way to anything else of its thread. */
export function writeFileDurablySync(path: string, bytes: Uint8Array, mode = 0o600): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    whileOpen(temporary, "wx", mode, (file) => {
      writeFileSync(file, bytes);
      fsyncSync(file);
    });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  whileOpen(dirname(path), "r", undefined, fsyncSync);
}

/**
 * Removes from a folder what durable writes left there that were cut off: a process that dies in one leaves a file.
 * @param before later ones may be under way
 */
export async function removeAbandonedWrites(folder: string, before: Date): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (temporaryName.test(name) && (await wasWrittenBefore(path, before))) await rm(path, { force: true });
  }
}

/** Gives a file or folder its name; when the promise resolves, it has it for good. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncDirectory(dirname(to));
}

/** One that is gone meanwhile was under way. */
async function wasWrittenBefore(path: string, before: Date): Promise<boolean> {
  return stat(path).then(
    ({ mtime }) => mtime < before,
    () => false,
  );
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

function whileOpen(path: string, flags: string, mode: number | undefined, work: (file: number) => void): void {
  const file = openSync(path, flags, mode);
  try {
    work(file);
  } finally {
    closeSync(file);
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
