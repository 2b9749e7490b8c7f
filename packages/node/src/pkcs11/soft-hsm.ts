// SPDX-License-Identifier: Apache-2.0
// SoftHSM, a PKCS#11 module in software: what its tokens hold is as safe as a folder. For demos and tests.

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { encodeUtf8 } from "natalis/kernel";
import { writeFileDurably } from "../durable-file.ts";

/** Where Debian, Fedora and Homebrew put it. */
const places = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
  "/usr/lib64/softhsm/libsofthsm2.so",
  "/opt/homebrew/lib/softhsm/libsofthsm2.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
];

/** The module's path, or undefined where SoftHSM is not installed. */
export function findSoftHsm(): string | undefined {
  return places.find((path) => existsSync(path));
}

/** What a process's environment must say, before it opens the module, for the tokens of a folder to be its tokens. */
export function softHsmEnvironment(folder: string): { readonly SOFTHSM2_CONF: string } {
  return { SOFTHSM2_CONF: join(resolve(folder), "softhsm2.conf") };
}

/** Makes a folder for tokens, with its configuration. */
export async function makeSoftHsmFolder(folder: string): Promise<void> {
  const tokens = join(resolve(folder), "tokens");
  await mkdir(tokens, { recursive: true, mode: 0o700 });
  const lines = [`directories.tokendir = ${tokens}`, "objectstore.backend = file", "log.level = ERROR"];
  await writeFileDurably(softHsmEnvironment(folder).SOFTHSM2_CONF, encodeUtf8(`${lines.join("\n")}\n`), 0o644);
}
