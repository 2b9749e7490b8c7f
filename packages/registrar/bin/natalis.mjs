#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The command `natalis`. Its TypeScript runs on Node 24, which comes as a dependency: whatever Node (from 20 on) starts
// this file hands over to that one. It forwards signals and ends as its child ends.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const neededMajor = 24;

function findNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve("node/package.json");
    return join(dirname(manifest), "bin", process.platform === "win32" ? "node.exe" : "node");
  } catch (error) {
    if (Number.parseInt(process.versions.node, 10) >= neededMajor) return process.execPath;
    throw new Error(`natalis needs Node ${neededMajor} or later, and its own is not installed`, { cause: error });
  }
}

/** In the repository the sources, in a published package what was built of them. */
function findEntry() {
  const [source, built] = ["../src/cli/main.ts", "../cli/main.js"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return existsSync(source) ? source : built;
}

const child = spawn(findNode(), [findEntry(), ...process.argv.slice(2)], { stdio: "inherit" });
const forward = (signal) => child.kill(signal);

// A terminal sends Ctrl-C to parent and child alike: forwarding it would make it two.
process.on("SIGINT", process.stdin.isTTY ? () => {} : forward);
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, forward);

child.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
