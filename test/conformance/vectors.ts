// SPDX-License-Identifier: Apache-2.0
// Public test vectors, read from beside the project (or NATALIS_VECTORS); none of them is committed here. A suite that
// is absent is skipped by name.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = process.env.NATALIS_VECTORS ?? fileURLToPath(new URL("../../../shared/vectors", import.meta.url));

/** For `test(name, { skip: absent(folder) }, ...)`: false where the folder is there, else the reason. */
export function absent(folder: string): string | false {
  const path = join(root, folder);
  return existsSync(path) ? false : `the vectors ${folder} are not at ${path}`;
}

/** Names of the files of a folder that match; none where it is absent. */
export function vectorFiles(folder: string, pattern: RegExp): string[] {
  if (absent(folder) !== false) return [];
  return readdirSync(join(root, folder))
    .filter((name) => pattern.test(name))
    .toSorted()
    .map((name) => `${folder}/${name}`);
}

export function readVector(file: string): Uint8Array {
  return new Uint8Array(readFileSync(join(root, file)));
}

/** What the caller expects of a public file is the caller's to say. */
export function readJsonVector(file: string): unknown {
  return JSON.parse(readFileSync(join(root, file), "utf8"));
}
