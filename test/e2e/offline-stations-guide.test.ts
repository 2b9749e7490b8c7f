// SPDX-License-Identifier: Apache-2.0
// The lines of docs/guides/offline-stations.md, as they stand there.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { outcomeOf } from "../support/command.ts";
import { freePort, loopback } from "../support/ports.ts";
import { makeRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const scope = scopeOf({ after });

test("the guide's lines, from the station's key to the device's receipt", async () => {
  const registrar = await startRegistrar(scope, await makeRegistrar(scope, "--product", "default"));
  const project = join(temporaryFolder(scope), "project");
  mkdirSync(project);
  symlinkSync(registrar.place.folder, join(project, ".natalis"));
  const guide = readFileSync(join(root, "docs/guides/offline-stations.md"), "utf8");
  const blocks = Array.from(guide.matchAll(/^```sh\n(.*?)^```$/gms), ([, block = ""]) => block);
  assert.equal(blocks.length, 9);
  // A program and no function: what is started with & is then itself what the guide ends.
  const bin = join(project, "bin");
  mkdirSync(bin);
  const launcher = `#!/bin/sh\nshift\nexec '${process.execPath}' '${root}packages/registrar/src/cli/main.ts' "$@"\n`;
  writeFileSync(join(bin, "npx"), launcher, { mode: 0o755 });
  const port = await freePort();
  const address = `REGISTRAR=https://${loopback}:${registrar.place.httpsPort}`;
  const script = ["set -eu", `PATH='${bin}':$PATH`, address, ...blocks].join("\n").replaceAll("8481", String(port));
  const told = await outcomeOf(spawn("sh", ["-c", script], { cwd: project, stdio: ["ignore", "pipe", "pipe"] }));
  const all = told.stdout + told.stderr;
  assert.equal(told.code, 0, all);
  assert.match(told.stdout, /is born, provisionally/);
  assert.match(told.stdout, /^refused: .*NAT_PATH_PROVISIONAL/m);
  assert.match(told.stderr, /^warning: nobody takes unit-2.certificate.pem yet/m);
  assert.match(told.stdout, /^2 entered, 0 refused, 0 entered before$/m);
  assert.match(told.stdout, /^\S+ is entered, log entry \d+$/m);
  assert.match(told.stdout, /^waiting: 0$/m);
  assert.match(told.stdout, /^valid at /m);
  assert.match(told.stdout, /^authentic: .* SN-0901$/m);
});
