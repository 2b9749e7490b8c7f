// SPDX-License-Identifier: Apache-2.0
// The linters live in this folder, outside the workspaces, since not every registry offers their binaries for every
// platform, which a lockfile asks for. Whoever needs them has them installed here, in the versions of package.json.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Packages of `folder`/package.json that are absent from its node_modules, or there in another version. */
export function outdated(folder: string): string[] {
  const { dependencies } = readJson(join(folder, "package.json"));
  return Object.entries<string>(dependencies).flatMap(([name, version]) => {
    const manifest = join(folder, "node_modules", name, "package.json");
    return existsSync(manifest) && readJson(manifest).version === version ? [] : [`${name}@${version}`];
  });
}

/** Installs what is outdated in `folder`; answers what it still lacks, with npm's own words. */
export function ensureLinters(folder: string): string[] {
  const lacking = outdated(folder);
  if (lacking.length === 0) return [];
  console.log(`installing ${lacking.join(", ")} in ${folder}`);
  const npm = spawnSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: folder, encoding: "utf8" });
  return outdated(folder).map((name) => `${name} could not be installed: ${npm.stderr || npm.error?.message}`);
}

function readJson(file: string) {
  return JSON.parse(readFileSync(file, "utf8"));
}
