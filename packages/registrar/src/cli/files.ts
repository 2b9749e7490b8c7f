// SPDX-License-Identifier: Apache-2.0
// Files that a command was told to read: never more of one than its kind can have, and with its name where it fails.

import { access } from "node:fs/promises";
import { readBoundedFile } from "@natalis/node";
import { decodeUtf8 } from "natalis/kernel";
import { clientError } from "./errors.ts";

const textLimit = 1 << 20;
/** Of the largest data set that is read (64 MiB) the leaves take half as much again. */
const dataLimit = 128 << 20;

/** Papers, settings, proofs. @throws NAT_CLIENT_FILE */
export async function readText(path: string): Promise<string> {
  try {
    return decodeUtf8(await readBoundedFile(path, textLimit));
  } catch (cause) {
    throw clientError("NAT_CLIENT_FILE", path, cause);
  }
}

/** Data sets, seals, lists. @throws NAT_CLIENT_FILE */
export async function readData(path: string): Promise<Uint8Array> {
  return readBoundedFile(path, dataLimit).catch((cause: unknown) => {
    throw clientError("NAT_CLIENT_FILE", path, cause);
  });
}

/** Whether there is something of that name; a folder that may not be looked into is an error, not an absence. */
export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw clientError("NAT_CLIENT_FILE", path, error);
    },
  );
}
