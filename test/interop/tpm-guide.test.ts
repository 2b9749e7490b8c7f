// SPDX-License-Identifier: Apache-2.0
// The lines of docs/guides/tpm.md, as they stand there.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startSoftwareTpm } from "@natalis/node";
import { endorsementTemplates } from "natalis/protect";
import { outcomeOf } from "../support/command.ts";
import { makeRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const guide = readFileSync(join(root, "docs/guides/tpm.md"), "utf8");
const scope = scopeOf({ after });
const project = temporaryFolder(scope);

test("its program runs, and tells what it says; its lines do the same at a registrar", async () => {
  const blocks = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = ""]) => text);
  assert.equal(blocks.length, 2);
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
  writeFileSync(join(project, "device.ts"), blocks.join("\n"));
  const child = spawn(process.execPath, ["device.ts"], { cwd: project, stdio: ["ignore", "pipe", "pipe"] });
  const { code, stdout, stderr } = await outcomeOf(child);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "custody 1: swtpm\n");
  assert.ok(guide.includes(stdout.trim()));
  assert.ok(existsSync(join(project, "key.tpm")));
  await runLines();
});

/** The simulator that the program made, at a registrar that reads the roots of the first lines. */
async function runLines(): Promise<void> {
  const [roots = "", birth = "", ...more] = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = ""]) => text);
  assert.deepEqual(more, []);
  const place = await makeRegistrar(scope, "--product", "default");
  symlinkSync(place.folder, join(project, ".natalis"));
  await run(roots);
  const chip = await startSoftwareTpm(join(project, "tpm"));
  scope.defer(() => chip.close());
  await startRegistrar(scope, place);
  const npx = `npx() { shift; '${process.execPath}' '${root}packages/registrar/src/cli/main.ts' "$@"; }`;
  const told = await run([npx, `TPM=127.0.0.1:${chip.place.port}`, birth].join("\n"));
  assert.match(told, /is born, log entry/);
  assert.match(told, /custody 1, bound to a nonce/);
  assert.match(told, /custody 1 at birth, 1 now/);
}

async function run(lines: string): Promise<string> {
  const child = spawn("sh", ["-c", `set -eu\n${lines}`], { cwd: project, stdio: ["ignore", "pipe", "pipe"] });
  const { code, stdout, stderr } = await outcomeOf(child);
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

test("its table names every template, the stronger first", () => {
  const names = [...guide.matchAll(/^\| ((?:[HL]-\d(?:, )?)+) \|/gm)].flatMap(([, list = ""]) => list.split(", "));
  assert.deepEqual(
    names,
    endorsementTemplates.map(({ name }) => name),
  );
});
