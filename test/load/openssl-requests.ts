// SPDX-License-Identifier: Apache-2.0
// Units whose keys and PKCS#10 requests OpenSSL's command line makes, two processes a unit, as a line would that has
// nothing else: most with P-256, some with P-384 and Ed25519.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { outcomeOf } from "../support/command.ts";

/** One shell makes the units of a task: who starts the processes must not be what is slow. */
const script = `
set -e
while read -r serial; do
  case "$serial" in
    *3) kind="-algorithm ED25519" digest= ;;
    *7) kind="-algorithm EC -pkeyopt ec_paramgen_curve:P-384" digest=-sha384 ;;
    *) kind="-algorithm EC -pkeyopt ec_paramgen_curve:P-256" digest=-sha256 ;;
  esac
  openssl genpkey -quiet $kind -out "$serial.key"
  openssl req -new -key "$serial.key" $digest -subj "/serialNumber=$serial" -out "$serial.csr"
done`;

/** PEM, one for each serial number. */
export async function opensslRequests(serials: readonly string[], parent: string): Promise<string[]> {
  const folder = await mkdtemp(join(parent, "openssl-"));
  try {
    const shell = spawn("sh", ["-c", script], { cwd: folder, stdio: ["pipe", "pipe", "pipe"] });
    shell.stdin.end(`${serials.join("\n")}\n`);
    const { code, stderr } = await outcomeOf(shell);
    assert.equal(code, 0, stderr);
    return await Promise.all(serials.map((serial) => readFile(join(folder, `${serial}.csr`), "utf8")));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
