// SPDX-License-Identifier: Apache-2.0
// SoftHSM, a PKCS#11 module in software: what its tokens hold is as safe as a folder. For demos and tests.

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
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

/**
 * Makes a folder for tokens, with its configuration. A process that sets SOFTHSM2_CONF to the answered path before it
 * opens the module finds its tokens there and nowhere else.
 */
export async function makeSoftHsmFolder(folder: string): Promise<string> {
  const tokens = join(folder, "tokens");
  await mkdir(tokens, { recursive: true, mode: 0o700 });
  const configuration = join(folder, "softhsm2.conf");
  const lines = [`directories.tokendir = ${tokens}`, "objectstore.backend = file", "log.level = ERROR"];
  await writeFileDurably(configuration, encodeUtf8(`${lines.join("\n")}\n`), 0o644);
  return configuration;
}
