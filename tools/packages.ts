// SPDX-License-Identifier: Apache-2.0
// The packages of this repository by name, and what their "exports" offer (Node's package entry points).

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Packages {
  /** The file behind `name` or `name/entry`; "foreign" if it is of no package here; undefined if not exported. */
  resolve(specifier: string): string | undefined;
}

/** Reads package.json of each folder in packages. */
export function readPackages(root: string): Packages {
  const folders = readdirSync(join(root, "packages")).filter((name) =>
    existsSync(join(root, "packages", name, "package.json")),
  );
  const entries = new Map<string, string>();
  const names = new Set<string>();
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8"));
    names.add(manifest.name);
    for (const [entry, file] of Object.entries<string>(manifest.exports ?? {}))
      entries.set(join(manifest.name, entry), join("packages", folder, file));
  }
  const nameOf = (specifier: string) => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  return {
    resolve: (specifier) => (names.has(nameOf(specifier)) ? entries.get(specifier) : "foreign"),
  };
}
