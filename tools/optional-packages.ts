// SPDX-License-Identifier: Apache-2.0
// Optional packages with native code: npm leaves them out without a word where no compiler is, and does not bring them
// back once there is one. The tests need them.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The optional dependencies of packages/* that are not installed, as `name@version`. */
export function missingOptionalPackages(root: string): string[] {
  const manifests = readdirSync(join(root, "packages"))
    .map((name) => join(root, "packages", name, "package.json"))
    .filter((file) => existsSync(file));
  return manifests.flatMap((file) => {
    const { optionalDependencies = {} } = JSON.parse(readFileSync(file, "utf8"));
    return Object.entries<string>(optionalDependencies)
      .filter(([name]) => !existsSync(join(root, "node_modules", name, "package.json")))
      .map(([name, version]) => `${name}@${version}`);
  });
}

/** Installs what is missing, leaving package.json and lockfile alone; answers what is missing still. */
export function ensureOptionalPackages(root: string): string[] {
  const missing = missingOptionalPackages(root);
  if (missing.length === 0) return [];
  console.log(`installing ${missing.join(", ")}`);
  const words = ["install", "--no-save", "--no-audit", "--no-fund", ...missing];
  const npm = spawnSync("npm", words, { cwd: root, encoding: "utf8" });
  return missingOptionalPackages(root).map(
    (name) => `${name} could not be installed: ${npm.stderr || npm.error?.message}`,
  );
}
