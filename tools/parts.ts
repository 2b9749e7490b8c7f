// SPDX-License-Identifier: Apache-2.0
// The real programs that the tests use (tools/debian-packages.txt): found on this machine, or installed where that can
// be done without asking, on Debian as root.

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface Part {
  /** Or the path of what is no command. */
  readonly command: string;
  /** The package of the command first, then what it needs and Debian only recommends. */
  readonly debianPackages: readonly string[];
  readonly purpose: string;
}

/** What this module asks of the machine it runs on. */
export interface Machine {
  has(command: string): boolean;
  /** Debian or a system made from it, with rights to install. */
  readonly mayInstall: boolean;
  /** Runs apt-get; answers what went wrong, or undefined. */
  aptGet(...words: readonly string[]): string | undefined;
}

/** Reads lines of command, package (or several, with commas between) and purpose; # begins a comment. */
export function readParts(file: string): Part[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const [command = "", packages = "", ...purpose] = line.trim().split(/\s+/);
      return { command, debianPackages: packages.split(","), purpose: purpose.join(" ") };
    });
}

/** Installs the parts that are missing where possible; answers one sentence for each that is missing still. */
export function ensureParts(parts: readonly Part[], machine: Machine): string[] {
  const missing = parts.filter(({ command }) => !machine.has(command));
  if (missing.length === 0) return [];
  const packages = missing.flatMap(({ debianPackages }) => debianPackages);
  const failure = machine.mayInstall ? install(packages, machine) : undefined;
  const absent = missing.filter(({ command }) => !machine.has(command));
  return absent.map(
    ({ command, purpose, debianPackages }) =>
      `${command} is missing (${purpose}): install it, on Debian by apt-get install ${debianPackages.join(" ")}${failure ?? ""}`,
  );
}

function install(packages: readonly string[], machine: Machine): string | undefined {
  console.log(`installing ${packages.join(", ")}`);
  const failure =
    machine.aptGet("update") ?? machine.aptGet("install", "--yes", "--no-install-recommends", ...packages);
  return failure === undefined ? undefined : `; apt-get said: ${failure}`;
}

export const thisMachine: Machine = {
  has: (command) => (command.startsWith("/") ? existsSync(command) : isOnPath(command)),
  mayInstall: existsSync("/etc/debian_version") && process.getuid?.() === 0,
  aptGet: (...words) => {
    const apt = spawnSync("apt-get", ["-qq", "-o", "Dpkg::Use-Pty=0", ...words], {
      encoding: "utf8",
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    return apt.status === 0 ? undefined : (apt.stderr ?? apt.error?.message);
  },
};

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => isExecutable(join(folder, command)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
