// SPDX-License-Identifier: Apache-2.0
// The lines of docs/guides/tpm.md, as they stand there.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { endorsementTemplates } from "natalis/protect";
import { outcomeOf } from "../support/command.ts";
import { scopeOf } from "../support/scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const guide = readFileSync(join(root, "docs/guides/tpm.md"), "utf8");
const project = temporaryFolder(scopeOf({ after }));

test("its program runs, and tells what it says", async () => {
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
});

test("its table names every template, the stronger first", () => {
  const names = [...guide.matchAll(/^\| ((?:[HL]-\d(?:, )?)+) \|/gm)].flatMap(([, list = ""]) => list.split(", "));
  assert.deepEqual(
    names,
    endorsementTemplates.map(({ name }) => name),
  );
});
