// SPDX-License-Identifier: Apache-2.0
// Runs the shell lines of a guide as they stand there, but for ports, in a folder of their own.

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Outcome, outcomeOf } from "./command.ts";
import { freePort } from "./ports.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const entry = join(repository, "packages/registrar/src/cli/main.ts");

/** As npx does, it hands on the signal that ends it. */
const npx = `npx() { shift; '${process.execPath}' '${entry}' "$@" & trap "kill $!" TERM; wait $!; }`;

/** `name` of docs/guides; the folder is made. */
export async function runGuide(name: string, folder: string): Promise<Outcome> {
  mkdirSync(folder);
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  const guide = readFileSync(join(repository, "docs/guides", name), "utf8");
  const lines = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = ""]) => text);
  const [http, https] = [await freePort(), await freePort()];
  const script = ["set -eu", npx, ...lines, "wait"]
    .join("\n")
    .replaceAll("8480", String(http))
    .replaceAll("8443", String(https));
  return outcomeOf(spawn("bash", ["-c", script], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] }));
}
